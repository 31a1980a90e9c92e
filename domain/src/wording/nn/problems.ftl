problem-malformed-title = Kan ikkje lesast
problem-malformed-detail = Det som vart sendt, er ikkje skrive slik det skal. Ingenting er endra.
problem-not_utf8-title = Teikn som ikkje kan lesast
problem-not_utf8-detail = Teksten er ikkje UTF-8. Ingenting er endra.
problem-bad_cursor-title = Ukjend stad i lista
problem-bad_cursor-detail = Byrj på nytt frå starten av lista.
problem-missing_idempotency_key-title = Manglar Idempotency-Key
problem-missing_idempotency_key-detail = Kall som endrar noko, treng ein Idempotency-Key, så det same ikkje skjer to gonger. Ingenting er endra.
problem-not_signed_in-title = Ikkje innlogga
problem-not_signed_in-detail = Logg inn og prøv igjen.
problem-wrong_credentials-title = Innlogginga stemmer ikkje
problem-wrong_credentials-detail = Namnet eller passordet stemmer ikkje. Sjå over og prøv igjen.
problem-not_allowed-title = Ikkje tilgang til dette
problem-not_allowed-detail = Det er nokon andre som kan gjere dette. Ingenting er endra.
problem-consent_needed-title = Samtykke først
problem-consent_needed-detail = Før den første meldinga må du ha lese og godteke at dette ikkje er for akutt hjelp.
problem-not_found-title = Finst ikkje
problem-not_found-detail = Det finst ikkje, eller det er ikkje delt med deg.
problem-method_not_allowed-title = Kan ikkje gjerast her
problem-method_not_allowed-detail = Denne adressa tek ikkje imot eit slikt kall.
problem-conflict-title = Går ikkje saman
problem-conflict-detail = Dette går ikkje saman med slik det er no. Ingenting er endra. Hent siste versjon og prøv igjen.
problem-undo_over-title = For seint å angre
problem-undo_over-detail = Meldinga er send. Du kan framleis trekkje ho tilbake så lenge ho ikkje er opna.
problem-already_answered-title = Alt svart på
problem-already_answered-detail = Dette er svart på før. Det første svaret gjeld.
problem-cap_reached-title = Ikkje plass no
problem-cap_reached-detail = Det er ikkje plass til fleire faste helsingar her no. Du kan skrive når du vil, ta det opp i neste samtale, eller spørje nokon andre i teamet.
problem-no_shared_hours-title = Tidene møtest ikkje
problem-no_shared_hours-detail = Tidene de har valt, møtest aldri, så ingenting kunne gått ut. Endre tidene og prøv igjen.
problem-no_agreement-title = Ingen avtale enno
problem-no_agreement-detail = Faste helsingar treng ein avtale som begge har godteke, og som har plass til dei. Ingenting er endra.
problem-other_text-title = Ein annan tekst
problem-other_text-detail = Teksten du ville godta, er ikkje den som står her. Les han ein gong til før du godtek. Ingenting er endra.
problem-idempotency_in_progress-title = Held på
problem-idempotency_in_progress-detail = Det same kallet er alt i gang. Vent litt og prøv igjen.
problem-idempotency_done-title = Alt gjort
problem-idempotency_done-detail = Det gjekk gjennom første gongen, men svaret gjekk tapt undervegs. Sjå korleis det står før du gjer det igjen.
problem-expired-title = Tida er ute
problem-expired-detail = Dette gjeld ikkje lenger. Be om ein ny, eller byrj på nytt.
problem-resync_needed-title = Hent alt på nytt
problem-resync_needed-detail = Denne eininga må hente alt ein gong til. Det endrar ingenting av det du har skrive.
problem-stale-title = Endra i mellomtida
problem-stale-detail = Nokon har endra dette sidan du opna det. Ditt er ikkje lagra over det andre. Hent siste versjon og prøv igjen.
problem-too_large-title = For stort
problem-too_large-detail = Det er meir enn det som kan sendast på éin gong. Ingenting er endra.
problem-unsupported_media_type-title = Ukjent format
problem-unsupported_media_type-detail = Send det som application/json.
problem-invalid-title = Noko må rettast
problem-invalid-detail = Nokre felt kan ikkje godtakast slik dei er. Ingenting er endra.
problem-idempotency_mismatch-title = Nøkkelen er brukt før
problem-idempotency_mismatch-detail = Denne Idempotency-Key er brukt til eit anna kall. Bruk ein ny.
problem-app_too_old-title = Appen er for gammal
problem-app_too_old-detail = Hent den nyaste appen. Alt du har lagra, er trygt.
problem-missing_if_match-title = Manglar If-Match
problem-missing_if_match-detail = Sei kva versjon du endrar, så ingen skriv over noko dei ikkje har sett. Ingenting er endra.
problem-too_many_requests-title = For mange på ein gong
problem-too_many_requests-detail = Vent litt og prøv igjen.
problem-internal-title = Noko gjekk gale hos oss
problem-internal-detail = Det er ikkje din feil. Prøv igjen om litt.
problem-unavailable-title = Ute av drift ei lita stund
problem-unavailable-detail = Vi får ikkje svart akkurat no. Prøv igjen om litt. Hastar det, ring.

fault-required = Må fyllast ut.
fault-too_long = { $unit ->
        [characters] Kan ha høgst { $max } teikn.
        [bytes] Kan ha høgst { $max } byte.
        [items] Kan ha høgst { $max } punkt.
       *[days] { $max ->
            [one] Kan vere høgst { $max } dag.
           *[other] Kan vere høgst { $max } dagar.
        }
    }
fault-too_short = { $unit ->
        [characters] Må ha minst { $min } teikn.
        [bytes] Må ha minst { $min } byte.
        [items] Må ha minst { $min } punkt.
       *[days] { $min ->
            [one] Må vere minst { $min } dag.
           *[other] Må vere minst { $min } dagar.
        }
    }
fault-longer_than_allowed = Er for lang.
fault-shorter_than_allowed = Er for kort.
fault-not_in_list = Er ikkje eit av vala.
fault-unknown_time_zone = Er ikkje ei kjend tidssone. Eit døme er Europe/Oslo.
fault-date_in_past = Datoen har vore.
fault-not_a_date = Er ikkje ein dato. Eit døme er 2026-05-21.
fault-outside_bounds = Må vere frå { $min } til { $max }.
fault-beyond_bounds = Er utanfor det som er tillate.
fault-unknown_field = Feltet finst ikkje.
fault-duplicate = Finst frå før.
fault-not_a_working_day = Er ikkje ein arbeidsdag.
fault-address_not_allowed = Fører til ei adresse som denne tenesta ikkje kontaktar.
fault-format = Er ikkje skrive slik det skal.
