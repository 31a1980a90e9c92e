# Helsinga seier at ho er fast og avtalt, når svar blir lesne, og at ingen treng å svare.
check_in-ordinary = Hei { $owner }. Her er den faste helsinga du og { $provider } har avtalt. Korleis har du det? Du treng ikkje svare.
check_in-first = Hei { $owner }. Dette er den første av dei faste helsingane du og { $provider } har avtalt. Ho kjem av seg sjølv. Korleis har du det? Du treng ikkje svare, og du kan stoppe helsingane når du vil.
check_in-next_to_last = Hei { $owner }. Her er den faste helsinga du og { $provider } har avtalt. Etter denne er det éi igjen. Korleis har du det? Du treng ikkje svare.
check_in-last = Hei { $owner }. Dette er den siste av dei faste helsingane du og { $provider } har avtalt. Korleis har du det? Du treng ikkje svare. Vil du ha fleire, kan du be om det.
check_in-reads_by = { $provider } les svar seinast { $read_by }.
check_in-reads_no_day = { $provider } les svar, men ikkje til nokon avtalt dag.
check_in-nobody_reads_before = { $provider } er borte, og ingen les svar før { $date }.
check_in-substitute_reads = { $provider } er borte. { $substitute }, som du har sagt ja til, les svar seinast { $read_by }.
check_in-answer_ok = Det går greitt
check_in-answer_both = Litt av kvart
check_in-answer_heavy = Det er tungt
check_in-answer_want_to_talk = Eg vil gjerne snakke
check_in-answer_not_now = Ikkje no

answered-seen_by = Lagra. { $provider } ser svaret seinast { $read_by }.
answered-seen_no_day = Lagra. { $provider } ser svaret, men ikkje til nokon avtalt dag.
answered-nobody_before = Lagra. Ingen ser svaret før { $date }.
answered-substitute_sees = Lagra. { $substitute } ser svaret seinast { $read_by }.
answered-nothing_more = Du treng ikkje gjere noko meir.
answered-not_now = Lagra. Du blir ikkje spurd om noko meir no.
answered-plan_and_help = Planen din og Hjelp no finn du rett under, når som helst.
answered-help = Hjelp no finn du rett under, når som helst.
answered-no_automated_reading = Ingen maskin les svar for å sjå etter fare, og det veit { $provider } òg.
answered-rests_until_contact = Dei faste helsingane kviler til du og { $provider } har vore i kontakt.

check_in_card-proposed_by_provider = { $days ->
        [one] { $provider } gjer framlegg om ei fast helsing kvar dag i tolv veker. Det skjer berre om du vil, og du kan stoppe det når du vil, utan å seie kvifor.
       *[other] { $provider } gjer framlegg om ei fast helsing kvar { $days }. dag i tolv veker. Det skjer berre om du vil, og du kan stoppe det når du vil, utan å seie kvifor.
    }
check_in_card-asked_by_owner = { $days ->
        [one] { $owner } ber om ei fast helsing kvar dag i tolv veker. Du vel sjølv om du har plass til det.
       *[other] { $owner } ber om ei fast helsing kvar { $days }. dag i tolv veker. Du vel sjølv om du har plass til det.
    }
check_in_card-accepted = Avtalt. Den første av helsingane du og { $provider } har avtalt, kjem omkring { $first }.
check_in_card-declined = { $provider } har ikkje plass til faste helsingar no. Det handlar ikkje om deg. Du kan skrive når du vil, ta det opp i neste samtale, eller spørje nokon andre i teamet.
check_in_card-no_shared_hours = Tidene du og { $provider } har valt, møtest aldri, så inga helsing kan gå ut. Det hjelper om ein av dykk endrar tidene sine.
check_in_card-resting = Dei faste helsingane kviler no. Du har ikkje gjort noko gale. { $provider } har ikkje fått noko varsel om det. Dei byrjar igjen berre om du vil.
check_in_card-resting_silence_clause = Dei faste helsingane kviler no. Du har ikkje gjort noko gale. { $provider } får vite at det er stille, slik du skreiv i avtalen. Dei byrjar igjen berre om du vil.
check_in_card-resting_until_contact = Dei faste helsingane kviler til du og { $provider } har vore i kontakt. Du treng ikkje gjere noko.
check_in_card-ended = Dei tolv vekene med faste helsingar som du og { $provider } avtalte, er over. Vil du ha tolv veker til, kan du be om det. Vil du ikkje, treng du ikkje gjere noko.
check_in_card-stopped = Dei faste helsingane er stoppa. Ingen treng å seie kvifor.
check_in_card-waiting = Sendt. { $other } har ikkje svara enno. Du kan ta det tilbake når du vil.
check_in_card-runs = Dei faste helsingane du og { $owner } har avtalt, kjem av seg sjølv.
check_in_card-rests = Dei faste helsingane med { $owner } kviler. Her treng du ikkje gjere noko.
check_in_card-over = Dei tolv vekene med faste helsingar til { $owner } er over. Berre { $owner } kan be om fleire.
check_in_card-instead_consultation = Ta det opp med { $provider } i neste samtale
check_in_card-instead_longer_interval = Be om helsingar med lengre tid imellom
check_in_card-instead_message = Skriv til { $provider } og be om svar

heavy_reply-phone = Ring { $owner }. Ein samtale går føre eit skriftleg svar.
heavy_reply-local_procedure = Følg rutinen på arbeidsstaden for meldingar som gir grunn til uro.
heavy_reply-document = Skriv i journalen kva du gjorde, slik de to har avtalt.
check_in_card-restart = Start dei igjen
check_in_card-renew = Tolv veker til
