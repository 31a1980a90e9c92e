# Bare tall. Ingen navn, ingenting noen har skrevet.
mail-subject = Dagens samling
mail-waiting_for_reply = { $count ->
        [one] { $count } melding venter på svar fra deg
       *[other] { $count } meldinger venter på svar fra deg
    }
mail-due_today = { $count } har frist i dag
mail-overdue = { $count } er over fristen
mail-new = { $count ->
        [one] { $count } ny melding
       *[other] { $count } nye meldinger
    }
mail-long_reads = { $count ->
        [one] { $count } lang tekst
       *[other] { $count } lange tekster
    }
mail-next_consultation = { $count ->
        [one] { $count } melding til neste samtale
       *[other] { $count } meldinger til neste samtale
    }
mail-check_in_answers = { $count } svar på faste hilsener
mail-tomorrows_check_ins = { $count ->
        [one] { $count } fast hilsen går ut i morgen
       *[other] { $count } faste hilsener går ut i morgen
    }
mail-shared_changes = { $count ->
        [one] { $count } ny ting om det som er delt
       *[other] { $count } nye ting om det som er delt
    }
mail-reading = { $minutes ->
        [one] Omtrent { $minutes } minutt å lese i alt
       *[other] Omtrent { $minutes } minutter å lese i alt
    }
mail-nothing = Ingenting venter
mail-open = Åpne dagens samling
mail-footer = Det står bare tall i denne e-posten. Alt annet er i appen.
mail-unsubscribe = Stopp disse e-postene (samlingen i appen blir)

open-title = Dette åpnes i appen
open-where = Det du fikk beskjed om, ligger i appen. Har du appen på denne enheten, åpner lenken under den.
open-button = Åpne appen
