# Numbers only. No names, nothing anybody wrote.
mail-subject = Today's digest
mail-waiting_for_reply = { $count ->
        [one] { $count } message waits for your reply
       *[other] { $count } messages wait for your reply
    }
mail-due_today = { $count ->
        [one] { $count } is due today
       *[other] { $count } are due today
    }
mail-overdue = { $count ->
        [one] { $count } is past its date
       *[other] { $count } are past their date
    }
mail-new = { $count ->
        [one] { $count } new message
       *[other] { $count } new messages
    }
mail-long_reads = { $count ->
        [one] { $count } long read
       *[other] { $count } long reads
    }
mail-next_consultation = { $count ->
        [one] { $count } message for the next consultation
       *[other] { $count } messages for the next consultation
    }
mail-check_in_answers = { $count ->
        [one] { $count } check-in answer
       *[other] { $count } check-in answers
    }
mail-tomorrows_check_ins = { $count ->
        [one] { $count } check-in goes out tomorrow
       *[other] { $count } check-ins go out tomorrow
    }
mail-shared_changes = { $count ->
        [one] { $count } update on what is shared
       *[other] { $count } updates on what is shared
    }
mail-reading = { $minutes ->
        [one] About { $minutes } minute of reading in all
       *[other] About { $minutes } minutes of reading in all
    }
mail-nothing = Nothing is waiting
mail-open = Open today's digest
mail-footer = This e-mail has only numbers in it. Everything else is in the app.
mail-unsubscribe = Stop these e-mails (the digest in the app stays)

open-title = This opens in the app
open-where = What you were told of is in the app. If you have it on this device, the link below opens it.
open-button = Open the app
