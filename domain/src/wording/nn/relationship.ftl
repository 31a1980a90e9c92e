relationship-invited = { $by } inviterer deg til å samarbeide her. Ingen ser noko av det den andre har før de begge har sagt ja.
relationship-active = Du og { $other } samarbeider no her.
relationship-ended = Samarbeidet med { $other } er avslutta. Ingen treng å seie kvifor.
relationship-provider_left_handed_over = { $provider } sluttar her, og { $other } tek over det som ventar på svar. Alt du har skrive, er trygt lagra.
relationship-provider_left = { $provider } har slutta her. Ingen har teke over enno. Alt du har skrive, er trygt lagra.
relationship-provider_ended = Samarbeidet med { $provider } her er avslutta. Alt du har skrive, er trygt lagra, og Hjelp no er der som før.
relationship-absence = { $provider } er borte frå { $from } og tilbake { $back }.
relationship-substitute_asks = { $provider } er borte frå { $from } og tilbake { $back }. Kan { $substitute } i den tida få sjå samtalane der du ventar på svar? Berre dei, og berre så lenge.
relationship-proposal_waits = { $provider } føreslår ei endring i noko du har delt. Ingenting blir endra før du seier ja.
relationship-substitute_invited = { $provider } er borte frå { $from } og tilbake { $back }. Vil du vere vikar?

consent-non_emergency = Dette er ikkje for akutt hjelp. Ingen følgjer med heile tida, og ingen maskin les det du skriv for å sjå etter fare. Hastar det, bruk Hjelp no.
consent-privacy_guidance = Eg har lese om korleis eg kan halde mitt for meg sjølv på telefon og nett.
consent-research = Eg vil vere med i denne studien. Eg kan ombestemme meg når som helst, utan at noko anna blir endra.

duty-promises_uncertain = { $count ->
        [one] { $count } lova svar er usikkert. Nokon må sjå til at det blir teke hand om.
       *[other] { $count } lova svar er usikre. Nokon må sjå til at dei blir tekne hand om.
    }
