digest-title = Dagens samling
digest-after_absence = Dette kom mens du var borte.
digest-empty = Ingenting venter på deg nå.
digest-section_heavy = Tungt, eller stille
digest-section_waiting = Venter på svar fra deg
digest-section_consultation = Til neste samtale
digest-section_new = Nytt
digest-section_tomorrow = Faste hilsener i morgen
digest-section_check_ins = Svar på faste hilsener
digest-section_proposals = Forslag som har fått svar
digest-section_shared = Endringer i det som er delt
digest-and_more = og { $count } til
digest-reading_time = { $minutes ->
        [0] under ett minutt å lese
        [one] omtrent { $minutes } minutt å lese
       *[other] omtrent { $minutes } minutter å lese
    }
digest-long = { $minutes ->
        [one] Lang tekst, omtrent { $minutes } minutt
       *[other] Lang tekst, omtrent { $minutes } minutter
    }
digest-unread = { $count ->
        [one] { $count } ulest
       *[other] { $count } uleste
    }, { $minutes ->
        [one] omtrent { $minutes } minutt
       *[other] omtrent { $minutes } minutter
    }
digest-important = Merket som viktig
digest-due_today = Frist i dag
digest-overdue = Lovet { $promised }
digest-since = Siden { $since }
digest-heavy_since = { $answer ->
        [want_to_talk] Vil gjerne snakke. Svarte { $since } klokka { $time }.
        [heavy] Det er tungt. Svarte { $since } klokka { $time }.
       *[other] Svarte { $since } klokka { $time }.
    }
digest-silence_clause = { $count ->
        [one] { $count } fast hilsen uten svar. Avtalen sier hva dere gjør da.
       *[other] { $count } faste hilsener på rad uten svar. Avtalen sier hva dere gjør da.
    }
digest-for_consultation = Til samtalen { $day }
digest-tomorrow = Går ut i morgen klokka { $time } hvis du ikke gjør noe
digest-skip = Hopp over denne
digest-postpone = Utsett
digest-answered = { $answer ->
        [ok] Det går greit
        [both] Litt av hvert
        [heavy] Det er tungt
        [want_to_talk] Vil gjerne snakke
       *[not_now] Ikke nå
    }
digest-answered_in_words = { $minutes ->
        [0] Svarte med egne ord, under ett minutt å lese
        [one] Svarte med egne ord, omtrent { $minutes } minutt å lese
       *[other] Svarte med egne ord, omtrent { $minutes } minutter å lese
    }
digest-proposal_accepted = Forslaget er tatt inn
digest-proposal_edited = Forslaget er tatt inn med endringer
digest-proposal_declined = Forslaget ble ikke tatt inn
digest-plan_changed = Har endret noe i planen som er delt med deg
digest-toolbox_changed = { $count } ting endret i det som er delt med deg: { $module ->
        [crisis_plan] planen
        [life_domains] livsområder
        [goals] mål og steg
        [network] nettverket
        [medication] medisiner
        [strengths] det som hjelper
        [values] verdier
        [exercises] øvelser
        [diary] dagboka
       *[registrations] registreringer
    }
digest-shared_changed = Endret { $since }
digest-as_substitute = Du er vikar for { $provider }
digest-checklist = Før du går videre
digest-checklist_phone = Ring
digest-checklist_procedure = Følg rutinen der du arbeider
digest-checklist_document = Skriv ned det du gjorde
digest-no_automated_reading = Ingen maskin leser svarene for å se etter fare. Det vet begge parter.
