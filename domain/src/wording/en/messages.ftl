receipt-reply_by = Saved. { $provider } will answer by { $promised }.
receipt-no_date = Saved. Nobody can say yet when { $provider } will answer. If it is urgent, use Help now.
receipt-info = Saved. { $provider } can read it. It asks for no reply.
receipt-next_consultation = Saved. { $provider } gets it before the consultation on { $on }.
receipt-next_consultation_no_date = Saved. { $provider } gets it before the next consultation.
receipt-vault = Stored. { $provider } can open it but is not told.
receipt-reads_in_batches = { $provider } reads in batches at { $time }.
receipt-would_reply_by = If you send it now, { $provider } will answer by { $promised }.
receipt-undo = { $seconds ->
        [one] You can undo this for { $seconds } second.
       *[other] You can undo this for { $seconds } seconds.
    }
receipt-undone = Not sent. The text is in your draft.
receipt-recalled = Taken back. { $provider } has not opened it.
receipt-recalled_after_opening = { $provider } had already opened it. The message cannot be taken back.
receipt-moved_by_absence = { $provider } is away. The new date for a reply is { $promised }. Your message is safe.
receipt-moved_by_provider = { $provider } needs more time and will answer by { $promised }.
receipt-handed_over = { $provider } is away. { $substitute } has taken over and will answer by { $promised }.
receipt-uncertain = We don't know whether { $provider } can answer by { $promised }. Your message is safe. If it is urgent, use Help now.
receipt-opened = { $provider } has opened it.
receipt-thanks_given = Your thanks are given silently. { $provider } sees them the next time the message is opened.
receipt-thanks_seen = { $owner } says thank you.

closed-reply = { $provider } has replied.
closed-read_thanks = { $provider } has read it and says thank you.
closed-lets_talk = { $provider } would rather talk about it on { $on }.
closed-logged_call = { $provider } has noted that you two have talked.
closed-owner = You have said that you are not waiting for a reply.
closed-recalled = You took the message back.
closed-relationship_ended = Working together with { $provider } has ended. No reply will come here.
closed-released = { $provider } has left, and nobody has taken over yet. Your message is safe.
