# Ei setning: kva som vart gjort, og kvifor det var lov.
access-because = { $what }: { $why }.
access-own = { $what }.

access-read_plan = { $count ->
        [one] { $provider } las éin del av planen din
       *[other] { $provider } las { $count } delar av planen din
    }
access-read_plan_wishes = { $provider } såg at du vil sjå på planen din saman med nokon
access-read_digest = { $provider } såg starten på noko du har skrive, eller di eiga linje om det, i dagens samling
access-open_message = { $provider } opna ei melding frå deg
access-read_messages = { $count ->
        [0] { $provider } såg starten på noko du har skrive, eller di eiga linje om det
        [one] { $provider } fekk sjå éi melding frå deg
       *[other] { $provider } fekk sjå { $count } meldingar frå deg
    }
access-read_answer = { $count ->
        [one] { $provider } las det du skreiv til eitt svar på ei fast helsing
       *[other] { $provider } las det du skreiv til { $count } svar på faste helsingar
    }
access-read_items = { $count ->
        [one] { $provider } las éin ting du har lagt her
       *[other] { $provider } las { $count } ting du har lagt her
    }
access-read_proposals = { $count ->
        [one] { $provider } såg igjen på eit framlegg til deg
       *[other] { $provider } såg igjen på { $count } framlegg til deg
    }
access-read_comments = { $count ->
        [one] { $provider } las éin kommentar ved sida av det du har lagt her
       *[other] { $provider } las { $count } kommentarar ved sida av det du har lagt her
    }
access-read_joint_notes = { $count ->
        [one] { $provider } las eitt av notata dine frå noko de såg på saman
       *[other] { $provider } las { $count } av notata dine frå det de såg på saman
    }
access-you_opened = Du opna ei melding
access-you_exported = Du tok ut ein kopi av alt som er ditt
access-you_read = Du las noko som er ditt

access-granted = du hadde delt det
access-asked = du hadde bede om det
access-sent = du hadde sendt det
access-stands_in = { $provider } var vikar for ein som var borte, og du venta på svar
access-revealed = du hadde opna det for dykk begge
