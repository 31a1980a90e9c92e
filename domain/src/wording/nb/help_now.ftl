help_now-title = Hjelp nå
help_now-not_watched = Ingen følger med her hele tiden. Ring når det haster.
help_now-life_in_danger = Fare for liv
help_now-urgent = Haster: legevakt
help_now-someone_to_talk_to = Noen å snakke med: Mental Helse
help_now-own_plan = Planen din
