relationship-invited = { $by } inviterer deg til å samarbeide her. Ingen ser noe av det andre har før dere begge har sagt ja.
relationship-active = Du og { $other } samarbeider nå her.
relationship-ended = Samarbeidet med { $other } er avsluttet. Ingen trenger å si hvorfor.
relationship-provider_left_handed_over = { $provider } slutter her, og { $other } tar over det som venter på svar. Alt du har skrevet, er trygt lagret.
relationship-provider_left = { $provider } har sluttet her. Ingen har tatt over ennå. Alt du har skrevet, er trygt lagret.
relationship-provider_ended = Samarbeidet med { $provider } her er avsluttet. Alt du har skrevet, er trygt lagret, og Hjelp nå er der som før.
relationship-absence = { $provider } er borte fra { $from } og tilbake { $back }.
relationship-substitute_asks = { $provider } er borte fra { $from } og tilbake { $back }. Kan { $substitute } i den tiden få se samtalene der du venter på svar? Bare dem, og bare så lenge.
relationship-proposal_waits = { $provider } foreslår en endring i noe du har delt. Ingenting endres før du sier ja.
relationship-substitute_invited = { $provider } er borte fra { $from } og tilbake { $back }. Vil du være vikar?

consent-non_emergency = Dette er ikke for akutt hjelp. Ingen følger med hele tiden, og ingen maskin leser det du skriver for å se etter fare. Haster det, bruk Hjelp nå.
consent-privacy_guidance = Jeg har lest om hvordan jeg kan holde mitt for meg selv på telefon og nett.
consent-research = Jeg vil være med i denne studien. Jeg kan ombestemme meg når som helst, uten at noe annet endres.

duty-promises_uncertain = { $count ->
        [one] { $count } lovet svar er usikkert. Noen må se til at det blir tatt hånd om.
       *[other] { $count } lovede svar er usikre. Noen må se til at de blir tatt hånd om.
    }
