# Ei setning: kva, kva det vart til, kvifor.
ledger-your_provider = behandlaren din
ledger-what_check_in = Fast helsing
ledger-what_plan_review = Påminning om planen din
ledger-what_agreement_round = Spørsmål om avtalen
ledger-what_overdue_notice = Beskjed om at ein frist var passert
ledger-what_message_notice = Beskjed om noko nytt
ledger-what_response_reminder = Påminning til { $provider }
ledger-what_digest = Dagens samling til { $provider }
ledger-planned = { $what } planlagd: { $why }.
ledger-sent = { $what } sendt: { $why }.
ledger-folded = { $what } slått saman med anna: { $why }.
ledger-held = { $what } ventar litt: { $why }.
ledger-skipped = { $what } ikkje sendt: { $why }.
ledger-cancelled = { $what } avlyst: { $why }.
ledger-failed = { $what } kom ikkje fram: { $why }.

why-kill_switch = all utsending var stansa i heile tenesta
why-recipient_gone = kontoen til mottakaren var ikkje i bruk
why-relationship_ended = samarbeidet med { $provider } var avslutta
why-switched_off = du har slått det av
why-paused = du hadde pause
why-hospital = { $job ->
        [plan_review] du var på sjukehus eller nett komen heim
       *[other] du var på sjukehus
    }
why-not_shared = det er ikkje delt med { $provider }
why-quiet_hours = stilletida di
why-heavy_open = du svara at det var tungt eller at du ville snakke, og det kviler til du og { $provider } har vore i kontakt
why-plan_recent = du har brukt eller endra planen din for ikkje lenge sidan
why-no_plan = det er ingen plan å sjå på
why-prompt_unread = den førre er ikkje opna
why-resting = { $job ->
        [check_in] dei faste helsingane kviler
        [plan_review] påminningane kviler til neste runde
       *[other] det kviler
    }
why-recent_contact = du og { $provider } hadde nett vore i kontakt
why-near_consultation = ein samtale var nær
why-no_agreement = det er ingen avtale som gjeld
why-reply_owed = { $provider } skuldar deg eit svar
why-not_accepted = { $provider } har ikkje sagt ja til rekkja
why-over_cap = { $provider } har ikkje plass til fleire
why-absent = { $provider } var borte
why-outside_hours = utanfor tida { $provider } arbeider
why-policy = rammene til verksemda tillét det ikkje då
why-budget = du hadde alt fått så mange spørsmål som det skal vere på éin dag eller i éi veke
why-nothing_to_say = { $job ->
        [message_notice] du hadde alt lese det
        [overdue_notice] det var alt ordna
        [response_reminder] det var alt svart på
        [digest] det var ikkje noko nytt
       *[other] det var ikkje noko å seie
    }
why-due = { $job ->
        [check_in] avtalt dag
        [plan_review] tida var inne
        [agreement_round] tid for ein ny runde
        [overdue_notice] den lova datoen var passert
        [message_notice] noko nytt til deg
        [response_reminder] eit svar til deg hadde frist
       *[digest] noko å lese
    }
why-folded = { $job ->
        [response_reminder] ho stod som ei linje i samlinga
       *[other] fleire vart til éin
    }
why-recalled = meldinga vart trekt tilbake
why-already_read = det var alt lese
why-series_stopped = rekkja var stoppa
why-too_late = tidspunktet var passert, og det blir ikkje sendt i ettertid
why-superseded = noko nyare kom i staden
why-token_gone = telefonen tek ikkje lenger imot varsel, så det ligg berre i appen
why-gateway_refused = varslings- eller e-posttenesta tok ikkje imot
why-gave_up = fleire forsøk kom ikkje gjennom
why-revoked = tilgangen var trekt tilbake
why-unknown = vi kunne ikkje vere sikre på at det var i orden

# Dei same grunnane, for det som enno ikkje har hendt.
why_not-kill_switch = all utsending er stansa i heile tenesta
why_not-recipient_gone = kontoen til mottakaren er ikkje i bruk
why_not-relationship_ended = samarbeidet med { $provider } er avslutta
why_not-paused = du har pause
why_not-hospital = { $job ->
        [plan_review] du er på sjukehus eller nett komen heim
       *[other] du er på sjukehus
    }
why_not-recent_contact = du og { $provider } har nett vore i kontakt
why_not-near_consultation = ein samtale er nær
why_not-absent = { $provider } er borte då
why_not-policy = rammene til verksemda tillèt det ikkje då
why_not-budget = du har alt fått så mange spørsmål som det skal vere på éin dag eller i éi veke
why_not-nothing_to_say = { $job ->
        [message_notice] du har alt lese det
        [overdue_notice] det er alt ordna
        [response_reminder] det er alt svart på
        [digest] det er ikkje noko nytt
       *[other] det er ikkje noko å seie
    }

# Til behandlaren, om det som vart sendt til han eller henne sjølv.
ledger_provider-some_owner = ein du arbeider saman med
ledger_provider-what_digest = Dagens samling
ledger_provider-what_response_reminder = Påminning om å svare { $owner }
why_provider-relationship_ended = samarbeidet med { $owner } var avslutta
why_provider-not_shared = det er ikkje lenger delt med deg
why_provider-absent = du var borte
why_provider-outside_hours = det var utanfor tida du arbeider
why_provider-nothing_to_say = { $job ->
        [response_reminder] det var alt svart på
       *[other] det var ikkje noko nytt
    }
why_provider-due = { $job ->
        [response_reminder] eit svar hadde frist
       *[other] det var noko å lese
    }
why_provider-not_then = det skulle ikkje sendast då

upcoming-check_in = Neste faste helsing som du og { $provider } har avtalt, kjem omkring { $on }.
upcoming-plan_review = Omkring { $on } spør vi om du vil sjå på planen din.
upcoming-agreement_round = Omkring { $on } spør vi om du og { $provider } vil ta ein ny runde om avtalen.
upcoming-response_reminder = { $provider } blir mint på det { $on }.
upcoming-overdue_notice = Er det ikkje kome svar, spør vi { $on } kva du vil.
upcoming-message_notice = Noko nytt ventar til stilletida di er over, { $on } klokka { $time }.
upcoming-digest = { $provider } får neste samling { $on } klokka { $time }.
upcoming-your_digest = Den neste samlinga di kjem { $on } klokka { $time }.
upcoming-your_check_in = Den faste helsinga til { $owner } går ut { $on } klokka { $time }, om du ikkje hoppar over eller utset ho.
upcoming-would_not_be_sent = Slik det står no, blir det ikkje sendt: { $why }.
upcoming-would_stay_in_app = Slik det står no, blir det berre liggjande i appen: { $why }.
upcoming-would_wait = Slik det står no, ventar det litt: { $why }.
upcoming-nothing = Ingenting er planlagt.
