# En setning: hva som ble gjort, og hvorfor det var lov.
access-because = { $what }: { $why }.
access-own = { $what }.

access-read_plan = { $count ->
        [one] { $provider } leste én del av planen din
       *[other] { $provider } leste { $count } deler av planen din
    }
access-read_plan_wishes = { $provider } så at du vil se på planen din sammen med noen
access-read_digest = { $provider } så begynnelsen på noe du har skrevet, eller din egen linje om det, i dagens samling
access-open_message = { $provider } åpnet en melding fra deg
access-read_messages = { $count ->
        [0] { $provider } så begynnelsen på noe du har skrevet, eller din egen linje om det
        [one] { $provider } fikk se én melding fra deg
       *[other] { $provider } fikk se { $count } meldinger fra deg
    }
access-read_answer = { $count ->
        [one] { $provider } leste det du skrev til ett svar på en fast hilsen
       *[other] { $provider } leste det du skrev til { $count } svar på faste hilsener
    }
access-read_items = { $count ->
        [one] { $provider } leste én ting du har lagt her
       *[other] { $provider } leste { $count } ting du har lagt her
    }
access-read_proposals = { $count ->
        [one] { $provider } så igjen på et forslag til deg
       *[other] { $provider } så igjen på { $count } forslag til deg
    }
access-read_comments = { $count ->
        [one] { $provider } leste én kommentar ved siden av det du har lagt her
       *[other] { $provider } leste { $count } kommentarer ved siden av det du har lagt her
    }
access-read_joint_notes = { $count ->
        [one] { $provider } leste ett av notatene dine fra noe dere så på sammen
       *[other] { $provider } leste { $count } av notatene dine fra det dere så på sammen
    }
access-you_opened = Du åpnet en melding
access-you_exported = Du tok ut en kopi av alt som er ditt
access-you_read = Du leste noe som er ditt

access-granted = du hadde delt det
access-asked = du hadde bedt om det
access-sent = du hadde sendt det
access-stands_in = { $provider } var vikar for en som var borte, og du ventet på svar
access-revealed = du hadde åpnet det for dere begge
