relationship-invited = { $by } invites you to work together here. Neither of you sees anything of the other's until you have both said yes.
relationship-active = You and { $other } now work together here.
relationship-ended = Working together with { $other } has ended. Nobody needs to say why.
relationship-provider_left_handed_over = { $provider } is leaving, and { $other } takes over what is waiting for a reply. Everything you have written is safe.
relationship-provider_left = { $provider } has left. Nobody has taken over yet. Everything you have written is safe.
relationship-provider_ended = Working together with { $provider } here has ended. Everything you have written is safe, and Help now is there as before.
relationship-absence = { $provider } is away from { $from } and back on { $back }.
relationship-substitute_asks = { $provider } is away from { $from } and back on { $back }. May { $substitute } see the conversations where you are waiting for a reply? Only those, and only until then.
relationship-proposal_waits = { $provider } suggests a change to something you share. Nothing changes until you say yes.
relationship-substitute_invited = { $provider } is away from { $from } and back on { $back }. Would you stand in?

consent-non_emergency = This is not for emergencies. Nobody is watching all the time, and no machine reads what you write to look for danger. If it is urgent, use Help now.
consent-privacy_guidance = I have read how I can keep what is mine to myself on phone and web.
consent-research = I would like to take part in this study. I can change my mind at any time, and nothing else changes.

duty-promises_uncertain = { $count ->
        [one] { $count } promised reply is uncertain. Someone needs to see that it is taken care of.
       *[other] { $count } promised replies are uncertain. Someone needs to see that they are taken care of.
    }
