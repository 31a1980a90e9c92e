# Berre tal. Ingen namn, ingenting nokon har skrive.
mail-subject = Dagens samling
mail-waiting_for_reply = { $count ->
        [one] { $count } melding ventar på svar frå deg
       *[other] { $count } meldingar ventar på svar frå deg
    }
mail-due_today = { $count } har frist i dag
mail-overdue = { $count } er over fristen
mail-new = { $count ->
        [one] { $count } ny melding
       *[other] { $count } nye meldingar
    }
mail-long_reads = { $count ->
        [one] { $count } lang tekst
       *[other] { $count } lange tekstar
    }
mail-next_consultation = { $count ->
        [one] { $count } melding til neste samtale
       *[other] { $count } meldingar til neste samtale
    }
mail-check_in_answers = { $count } svar på faste helsingar
mail-tomorrows_check_ins = { $count ->
        [one] { $count } fast helsing går ut i morgon
       *[other] { $count } faste helsingar går ut i morgon
    }
mail-shared_changes = { $count ->
        [one] { $count } ny ting om det som er delt
       *[other] { $count } nye ting om det som er delt
    }
mail-reading = Om lag { $minutes } minutt å lese i alt
mail-nothing = Ingenting ventar
mail-open = Opne dagens samling
mail-footer = Det står berre tal i denne e-posten. Alt anna er i appen.
mail-unsubscribe = Stopp desse e-postane (samlinga i appen blir)

open-title = Dette blir opna i appen
open-where = Det du fekk beskjed om, ligg i appen. Har du appen på denne eininga, opnar lenkja under han.
open-button = Opne appen
