receipt-reply_by = Lagret. { $provider } svarer innen { $promised }.
receipt-no_date = Lagret. Ingen kan si ennå når { $provider } svarer. Haster det, bruk Hjelp nå.
receipt-info = Lagret. { $provider } kan lese den. Den ber ikke om svar.
receipt-next_consultation = Lagret. { $provider } får den før samtalen { $on }.
receipt-next_consultation_no_date = Lagret. { $provider } får den før neste samtale.
receipt-vault = Lagret. { $provider } kan åpne den, men får ikke beskjed.
receipt-reads_in_batches = { $provider } leser samlet klokka { $time }.
receipt-would_reply_by = Sender du nå, svarer { $provider } innen { $promised }.
receipt-undo = { $seconds ->
        [one] Du kan angre i { $seconds } sekund.
       *[other] Du kan angre i { $seconds } sekunder.
    }
receipt-undone = Ikke sendt. Teksten ligger i utkastet ditt.
receipt-recalled = Trukket tilbake. { $provider } har ikke åpnet den.
receipt-recalled_after_opening = { $provider } hadde alt åpnet den. Meldingen kan ikke trekkes tilbake.
receipt-moved_by_absence = { $provider } er borte. Ny dato for svar er { $promised }. Meldingen er trygt lagret.
receipt-moved_by_provider = { $provider } trenger mer tid og svarer innen { $promised }.
receipt-handed_over = { $provider } er borte. { $substitute } har tatt over og svarer innen { $promised }.
receipt-uncertain = Vi vet ikke om { $provider } rekker å svare innen { $promised }. Meldingen er trygt lagret. Haster det, bruk Hjelp nå.
receipt-opened = { $provider } har åpnet den.
receipt-thanks_given = Takken er gitt i stillhet. { $provider } ser den neste gang meldingen åpnes.
receipt-thanks_seen = { $owner } sier takk.

closed-reply = { $provider } har svart.
closed-read_thanks = { $provider } har lest den og sier takk.
closed-lets_talk = { $provider } vil heller snakke om det { $on }.
closed-logged_call = { $provider } har skrevet ned at dere har snakket sammen.
closed-owner = Du har sagt at du ikke venter på svar.
closed-recalled = Du trakk meldingen tilbake.
closed-relationship_ended = Samarbeidet med { $provider } er avsluttet. Det kommer ikke noe svar her.
closed-released = { $provider } har sluttet, og ingen har tatt over ennå. Meldingen er trygt lagret.
