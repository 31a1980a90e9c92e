# Hilsenen sier at den er fast og avtalt, når svar blir lest, og at ingen trenger å svare.
check_in-ordinary = Hei { $owner }. Her er den faste hilsenen du og { $provider } har avtalt. Hvordan har du det? Du trenger ikke svare.
check_in-first = Hei { $owner }. Dette er den første av de faste hilsenene du og { $provider } har avtalt. Den kommer av seg selv. Hvordan har du det? Du trenger ikke svare, og du kan stoppe hilsenene når du vil.
check_in-next_to_last = Hei { $owner }. Her er den faste hilsenen du og { $provider } har avtalt. Etter denne er det én igjen. Hvordan har du det? Du trenger ikke svare.
check_in-last = Hei { $owner }. Dette er den siste av de faste hilsenene du og { $provider } har avtalt. Hvordan har du det? Du trenger ikke svare. Vil du ha flere, kan du be om det.
check_in-reads_by = { $provider } leser svar senest { $read_by }.
check_in-reads_no_day = { $provider } leser svar, men ikke til noen avtalt dag.
check_in-nobody_reads_before = { $provider } er borte, og ingen leser svar før { $date }.
check_in-substitute_reads = { $provider } er borte. { $substitute }, som du har sagt ja til, leser svar senest { $read_by }.
check_in-answer_ok = Det går greit
check_in-answer_both = Litt av hvert
check_in-answer_heavy = Det er tungt
check_in-answer_want_to_talk = Jeg vil gjerne snakke
check_in-answer_not_now = Ikke nå

answered-seen_by = Lagret. { $provider } ser svaret senest { $read_by }.
answered-seen_no_day = Lagret. { $provider } ser svaret, men ikke til noen avtalt dag.
answered-nobody_before = Lagret. Ingen ser svaret før { $date }.
answered-substitute_sees = Lagret. { $substitute } ser svaret senest { $read_by }.
answered-nothing_more = Du trenger ikke gjøre noe mer.
answered-not_now = Lagret. Du blir ikke spurt om noe mer nå.
answered-plan_and_help = Planen din og Hjelp nå finner du rett under, når som helst.
answered-help = Hjelp nå finner du rett under, når som helst.
answered-no_automated_reading = Ingen maskin leser svar for å se etter fare, og det vet { $provider } også.
answered-rests_until_contact = De faste hilsenene hviler til du og { $provider } har vært i kontakt.

check_in_card-proposed_by_provider = { $days ->
        [one] { $provider } foreslår en fast hilsen hver dag i tolv uker. Det skjer bare hvis du vil, og du kan stoppe det når du vil, uten å si hvorfor.
       *[other] { $provider } foreslår en fast hilsen hver { $days }. dag i tolv uker. Det skjer bare hvis du vil, og du kan stoppe det når du vil, uten å si hvorfor.
    }
check_in_card-asked_by_owner = { $days ->
        [one] { $owner } ber om en fast hilsen hver dag i tolv uker. Du velger selv om du har plass til det.
       *[other] { $owner } ber om en fast hilsen hver { $days }. dag i tolv uker. Du velger selv om du har plass til det.
    }
check_in_card-accepted = Avtalt. Den første av hilsenene du og { $provider } har avtalt, kommer omkring { $first }.
check_in_card-declined = { $provider } har ikke plass til faste hilsener nå. Det handler ikke om deg. Du kan skrive når du vil, ta det opp i neste samtale, eller spørre noen andre i teamet.
check_in_card-no_shared_hours = Tidene du og { $provider } har valgt, møtes aldri, så ingen hilsen kan gå ut. Det hjelper om en av dere endrer sine tider.
check_in_card-resting = De faste hilsenene hviler nå. Du har ikke gjort noe galt. { $provider } har ikke fått noe varsel om det. De begynner igjen bare hvis du vil.
check_in_card-resting_silence_clause = De faste hilsenene hviler nå. Du har ikke gjort noe galt. { $provider } får vite at det er stille, slik du skrev i avtalen. De begynner igjen bare hvis du vil.
check_in_card-resting_until_contact = De faste hilsenene hviler til du og { $provider } har vært i kontakt. Du trenger ikke gjøre noe.
check_in_card-ended = De tolv ukene med faste hilsener som du og { $provider } avtalte, er over. Vil du ha tolv uker til, kan du be om det. Vil du ikke, trenger du ikke gjøre noe.
check_in_card-stopped = De faste hilsenene er stoppet. Ingen trenger å si hvorfor.
check_in_card-waiting = Sendt. { $other } har ikke svart ennå. Du kan ta det tilbake når du vil.
check_in_card-runs = De faste hilsenene du og { $owner } har avtalt, kommer av seg selv.
check_in_card-rests = De faste hilsenene med { $owner } hviler. Her trenger du ikke gjøre noe.
check_in_card-over = De tolv ukene med faste hilsener til { $owner } er over. Bare { $owner } kan be om flere.
check_in_card-instead_consultation = Ta det opp med { $provider } i neste samtale
check_in_card-instead_longer_interval = Be om hilsener med lengre tid imellom
check_in_card-instead_message = Skriv til { $provider } og be om svar

heavy_reply-phone = Ring { $owner }. En samtale går foran et skriftlig svar.
heavy_reply-local_procedure = Følg arbeidsstedets rutine for meldinger som gir grunn til bekymring.
heavy_reply-document = Skriv i journalen hva du gjorde, slik dere to har avtalt.
check_in_card-restart = Start dem igjen
check_in_card-renew = Tolv uker til
