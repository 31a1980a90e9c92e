problem-malformed-title = Kan ikke leses
problem-malformed-detail = Det som ble sendt, er ikke skrevet slik det skal. Ingenting er endret.
problem-not_utf8-title = Tegn som ikke kan leses
problem-not_utf8-detail = Teksten er ikke UTF-8. Ingenting er endret.
problem-bad_cursor-title = Ukjent sted i listen
problem-bad_cursor-detail = Begynn på nytt fra starten av listen.
problem-missing_idempotency_key-title = Mangler Idempotency-Key
problem-missing_idempotency_key-detail = Kall som endrer noe, trenger en Idempotency-Key, så det samme ikke skjer to ganger. Ingenting er endret.
problem-not_signed_in-title = Ikke innlogget
problem-not_signed_in-detail = Logg inn og prøv igjen.
problem-wrong_credentials-title = Innloggingen stemmer ikke
problem-wrong_credentials-detail = Navnet eller passordet stemmer ikke. Se over og prøv igjen.
problem-not_allowed-title = Ikke tilgang til dette
problem-not_allowed-detail = Det er noen andre som kan gjøre dette. Ingenting er endret.
problem-consent_needed-title = Samtykke først
problem-consent_needed-detail = Før den første meldingen må du ha lest og godtatt at dette ikke er for akutt hjelp.
problem-not_found-title = Finnes ikke
problem-not_found-detail = Det finnes ikke, eller det er ikke delt med deg.
problem-method_not_allowed-title = Kan ikke gjøres her
problem-method_not_allowed-detail = Denne adressen tar ikke imot et slikt kall.
problem-conflict-title = Går ikke sammen
problem-conflict-detail = Dette går ikke sammen med slik det er nå. Ingenting er endret. Hent siste versjon og prøv igjen.
problem-undo_over-title = For sent å angre
problem-undo_over-detail = Meldingen er sendt. Du kan fortsatt trekke den tilbake så lenge den ikke er åpnet.
problem-already_answered-title = Alt besvart
problem-already_answered-detail = Dette er besvart før. Det første svaret gjelder.
problem-cap_reached-title = Ikke plass nå
problem-cap_reached-detail = Det er ikke plass til flere faste hilsener her nå. Du kan skrive når du vil, ta det opp i neste samtale, eller spørre noen andre i teamet.
problem-no_shared_hours-title = Tidene møtes ikke
problem-no_shared_hours-detail = Tidene dere har valgt, møtes aldri, så ingenting kunne gått ut. Endre tidene og prøv igjen.
problem-no_agreement-title = Ingen avtale ennå
problem-no_agreement-detail = Faste hilsener trenger en avtale som begge har godtatt, og som har plass til dem. Ingenting er endret.
problem-other_text-title = En annen tekst
problem-other_text-detail = Teksten du ville godta, er ikke den som står her. Les den en gang til før du godtar. Ingenting er endret.
problem-idempotency_in_progress-title = Holder på
problem-idempotency_in_progress-detail = Det samme kallet er alt i gang. Vent litt og prøv igjen.
problem-idempotency_done-title = Allerede gjort
problem-idempotency_done-detail = Det gikk gjennom første gang, men svaret gikk tapt underveis. Se hvordan det står før du gjør det igjen.
problem-expired-title = Tiden er ute
problem-expired-detail = Dette gjelder ikke lenger. Be om en ny, eller begynn på nytt.
problem-resync_needed-title = Hent alt på nytt
problem-resync_needed-detail = Denne enheten må hente alt en gang til. Det endrer ingenting av det du har skrevet.
problem-stale-title = Endret i mellomtiden
problem-stale-detail = Noen har endret dette siden du åpnet det. Ditt er ikke lagret over det andre. Hent siste versjon og prøv igjen.
problem-too_large-title = For stort
problem-too_large-detail = Det er mer enn det som kan sendes på én gang. Ingenting er endret.
problem-unsupported_media_type-title = Ukjent format
problem-unsupported_media_type-detail = Send det som application/json.
problem-invalid-title = Noe må rettes
problem-invalid-detail = Noen felter kan ikke godtas slik de er. Ingenting er endret.
problem-idempotency_mismatch-title = Nøkkelen er brukt før
problem-idempotency_mismatch-detail = Denne Idempotency-Key er brukt til et annet kall. Bruk en ny.
problem-app_too_old-title = Appen er for gammel
problem-app_too_old-detail = Hent den nyeste appen. Alt du har lagret, er trygt.
problem-missing_if_match-title = Mangler If-Match
problem-missing_if_match-detail = Si hvilken versjon du endrer, så ingen skriver over noe de ikke har sett. Ingenting er endret.
problem-too_many_requests-title = For mange på en gang
problem-too_many_requests-detail = Vent litt og prøv igjen.
problem-internal-title = Noe gikk galt hos oss
problem-internal-detail = Det er ikke din feil. Prøv igjen om litt.
problem-unavailable-title = Ute av drift en liten stund
problem-unavailable-detail = Vi får ikke svart akkurat nå. Prøv igjen om litt. Haster det, ring.

fault-required = Må fylles ut.
fault-too_long = { $unit ->
        [characters] Kan ha høyst { $max } tegn.
        [bytes] Kan ha høyst { $max } byte.
        [items] { $max ->
            [one] Kan ha høyst { $max } punkt.
           *[other] Kan ha høyst { $max } punkter.
        }
       *[days] { $max ->
            [one] Kan være høyst { $max } dag.
           *[other] Kan være høyst { $max } dager.
        }
    }
fault-too_short = { $unit ->
        [characters] Må ha minst { $min } tegn.
        [bytes] Må ha minst { $min } byte.
        [items] { $min ->
            [one] Må ha minst { $min } punkt.
           *[other] Må ha minst { $min } punkter.
        }
       *[days] { $min ->
            [one] Må være minst { $min } dag.
           *[other] Må være minst { $min } dager.
        }
    }
fault-longer_than_allowed = Er for lang.
fault-shorter_than_allowed = Er for kort.
fault-not_in_list = Er ikke et av valgene.
fault-unknown_time_zone = Er ikke en kjent tidssone. Et eksempel er Europe/Oslo.
fault-date_in_past = Datoen har vært.
fault-not_a_date = Er ikke en dato. Et eksempel er 2026-05-21.
fault-outside_bounds = Må være fra { $min } til { $max }.
fault-beyond_bounds = Er utenfor det som er tillatt.
fault-unknown_field = Feltet finnes ikke.
fault-duplicate = Finnes fra før.
fault-not_a_working_day = Er ikke en arbeidsdag.
fault-address_not_allowed = Fører til en adresse som denne tjenesten ikke kontakter.
fault-format = Er ikke skrevet slik det skal.
