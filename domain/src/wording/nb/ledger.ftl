# En setning: hva, hva det ble til, hvorfor.
ledger-your_provider = behandleren din
ledger-what_check_in = Fast hilsen
ledger-what_plan_review = Påminnelse om planen din
ledger-what_agreement_round = Spørsmål om avtalen
ledger-what_overdue_notice = Beskjed om at en frist var passert
ledger-what_message_notice = Beskjed om noe nytt
ledger-what_response_reminder = Påminnelse til { $provider }
ledger-what_digest = Dagens samling til { $provider }
ledger-planned = { $what } planlagt: { $why }.
ledger-sent = { $what } sendt: { $why }.
ledger-folded = { $what } slått sammen med annet: { $why }.
ledger-held = { $what } venter litt: { $why }.
ledger-skipped = { $what } ikke sendt: { $why }.
ledger-cancelled = { $what } avlyst: { $why }.
ledger-failed = { $what } kom ikke fram: { $why }.

why-kill_switch = all utsending var stanset i hele tjenesten
why-recipient_gone = kontoen til mottakeren var ikke i bruk
why-relationship_ended = samarbeidet med { $provider } var avsluttet
why-switched_off = du har slått det av
why-paused = du hadde pause
why-hospital = { $job ->
        [plan_review] du var på sykehus eller nettopp kommet hjem
       *[other] du var på sykehus
    }
why-not_shared = det er ikke delt med { $provider }
why-quiet_hours = stilletiden din
why-heavy_open = du svarte at det var tungt eller at du ville snakke, og det hviler til du og { $provider } har vært i kontakt
why-plan_recent = du har brukt eller endret planen din for ikke lenge siden
why-no_plan = det er ingen plan å se på
why-prompt_unread = den forrige er ikke åpnet
why-resting = { $job ->
        [check_in] de faste hilsenene hviler
        [plan_review] påminnelsene hviler til neste runde
       *[other] det hviler
    }
why-recent_contact = du og { $provider } hadde nettopp vært i kontakt
why-near_consultation = en samtale var nær
why-no_agreement = det er ingen avtale som gjelder
why-reply_owed = { $provider } skylder deg et svar
why-not_accepted = { $provider } har ikke sagt ja til rekken
why-over_cap = { $provider } har ikke plass til flere
why-absent = { $provider } var borte
why-outside_hours = utenfor tiden { $provider } arbeider
why-policy = virksomhetens rammer tillot det ikke da
why-budget = du hadde alt fått så mange spørsmål som det skal være på én dag eller i én uke
why-nothing_to_say = { $job ->
        [message_notice] du hadde alt lest det
        [overdue_notice] det var alt ordnet
        [response_reminder] det var alt besvart
        [digest] det var ikke noe nytt
       *[other] det var ikke noe å si
    }
why-due = { $job ->
        [check_in] avtalt dag
        [plan_review] tiden var inne
        [agreement_round] tid for en ny runde
        [overdue_notice] den lovede datoen var passert
        [message_notice] noe nytt til deg
        [response_reminder] et svar til deg hadde frist
       *[digest] noe å lese
    }
why-folded = { $job ->
        [response_reminder] den sto som en linje i samlingen
       *[other] flere ble til én
    }
why-recalled = meldingen ble trukket tilbake
why-already_read = det var alt lest
why-series_stopped = rekken var stoppet
why-too_late = tidspunktet var passert, og det sendes ikke i ettertid
why-superseded = noe nyere kom i stedet
why-token_gone = telefonen tar ikke lenger imot varsler, så det ligger bare i appen
why-gateway_refused = varslings- eller e-posttjenesten tok ikke imot
why-gave_up = flere forsøk kom ikke gjennom
why-revoked = tilgangen var trukket tilbake
why-unknown = vi kunne ikke være sikre på at det var i orden

# De samme grunnene, for det som ennå ikke har skjedd.
why_not-kill_switch = all utsending er stanset i hele tjenesten
why_not-recipient_gone = kontoen til mottakeren er ikke i bruk
why_not-relationship_ended = samarbeidet med { $provider } er avsluttet
why_not-paused = du har pause
why_not-hospital = { $job ->
        [plan_review] du er på sykehus eller nettopp kommet hjem
       *[other] du er på sykehus
    }
why_not-recent_contact = du og { $provider } har nettopp vært i kontakt
why_not-near_consultation = en samtale er nær
why_not-absent = { $provider } er borte da
why_not-policy = virksomhetens rammer tillater det ikke da
why_not-budget = du har alt fått så mange spørsmål som det skal være på én dag eller i én uke
why_not-nothing_to_say = { $job ->
        [message_notice] du har alt lest det
        [overdue_notice] det er alt ordnet
        [response_reminder] det er alt besvart
        [digest] det er ikke noe nytt
       *[other] det er ikke noe å si
    }

# Til behandleren, om det som ble sendt til ham eller henne selv.
ledger_provider-some_owner = en du arbeider sammen med
ledger_provider-what_digest = Dagens samling
ledger_provider-what_response_reminder = Påminnelse om å svare { $owner }
why_provider-relationship_ended = samarbeidet med { $owner } var avsluttet
why_provider-not_shared = det er ikke lenger delt med deg
why_provider-absent = du var borte
why_provider-outside_hours = det var utenfor tiden du arbeider
why_provider-nothing_to_say = { $job ->
        [response_reminder] det var alt besvart
       *[other] det var ikke noe nytt
    }
why_provider-due = { $job ->
        [response_reminder] et svar hadde frist
       *[other] det var noe å lese
    }
why_provider-not_then = det skulle ikke sendes da

upcoming-check_in = Neste faste hilsen som du og { $provider } har avtalt, kommer omkring { $on }.
upcoming-plan_review = Omkring { $on } spør vi om du vil se på planen din.
upcoming-agreement_round = Omkring { $on } spør vi om du og { $provider } vil ta en ny runde om avtalen.
upcoming-response_reminder = { $provider } blir minnet på det { $on }.
upcoming-overdue_notice = Er det ikke kommet svar, spør vi { $on } hva du vil.
upcoming-message_notice = Noe nytt venter til stilletiden din er over, { $on } klokka { $time }.
upcoming-digest = { $provider } får neste samling { $on } klokka { $time }.
upcoming-your_digest = Din neste samling kommer { $on } klokka { $time }.
upcoming-your_check_in = Den faste hilsenen til { $owner } går ut { $on } klokka { $time }, hvis du ikke hopper over eller utsetter den.
upcoming-would_not_be_sent = Slik det står nå, blir det ikke sendt: { $why }.
upcoming-would_stay_in_app = Slik det står nå, blir det bare liggende i appen: { $why }.
upcoming-would_wait = Slik det står nå, venter det litt: { $why }.
upcoming-nothing = Ingenting er planlagt.
