digest-title = Dagens samling
digest-after_absence = Dette kom medan du var borte.
digest-empty = Ingenting ventar på deg no.
digest-section_heavy = Tungt, eller stille
digest-section_waiting = Ventar på svar frå deg
digest-section_consultation = Til neste samtale
digest-section_new = Nytt
digest-section_tomorrow = Faste helsingar i morgon
digest-section_check_ins = Svar på faste helsingar
digest-section_proposals = Framlegg som har fått svar
digest-section_shared = Endringar i det som er delt
digest-and_more = og { $count } til
digest-reading_time = { $minutes ->
        [0] under eitt minutt å lese
        [one] om lag { $minutes } minutt å lese
       *[other] om lag { $minutes } minutt å lese
    }
digest-long = Lang tekst, om lag { $minutes } minutt
digest-unread = { $count ->
        [one] { $count } ulesen
       *[other] { $count } ulesne
    }, om lag { $minutes } minutt
digest-important = Merkt som viktig
digest-due_today = Frist i dag
digest-overdue = Lova { $promised }
digest-since = Sidan { $since }
digest-heavy_since = { $answer ->
        [want_to_talk] Vil gjerne snakke. Svara { $since } klokka { $time }.
        [heavy] Det er tungt. Svara { $since } klokka { $time }.
       *[other] Svara { $since } klokka { $time }.
    }
digest-silence_clause = { $count ->
        [one] { $count } fast helsing utan svar. Avtalen seier kva de gjer då.
       *[other] { $count } faste helsingar på rad utan svar. Avtalen seier kva de gjer då.
    }
digest-for_consultation = Til samtalen { $day }
digest-tomorrow = Går ut i morgon klokka { $time } om du ikkje gjer noko
digest-skip = Hopp over denne
digest-postpone = Utset
digest-answered = { $answer ->
        [ok] Det går greitt
        [both] Litt av kvart
        [heavy] Det er tungt
        [want_to_talk] Vil gjerne snakke
       *[not_now] Ikkje no
    }
digest-answered_in_words = { $minutes ->
        [0] Svara med eigne ord, under eitt minutt å lese
        [one] Svara med eigne ord, om lag { $minutes } minutt å lese
       *[other] Svara med eigne ord, om lag { $minutes } minutt å lese
    }
digest-proposal_accepted = Framlegget er teke inn
digest-proposal_edited = Framlegget er teke inn med endringar
digest-proposal_declined = Framlegget vart ikkje teke inn
digest-plan_changed = Har endra noko i planen som er delt med deg
digest-toolbox_changed = { $count } ting endra i det som er delt med deg: { $module ->
        [crisis_plan] planen
        [life_domains] livsområde
        [goals] mål og steg
        [network] nettverket
        [medication] medisinar
        [strengths] det som hjelper
        [values] verdiar
        [exercises] øvingar
        [diary] dagboka
       *[registrations] registreringar
    }
digest-shared_changed = Endra { $since }
digest-as_substitute = Du er vikar for { $provider }
digest-checklist = Før du går vidare
digest-checklist_phone = Ring
digest-checklist_procedure = Følg rutinen der du arbeider
digest-checklist_document = Skriv ned det du gjorde
digest-no_automated_reading = Ingen maskin les svara for å sjå etter fare. Det veit begge partar.
