help_now-title = Hjelp no
help_now-not_watched = Ingen følgjer med her heile tida. Ring når det hastar.
help_now-life_in_danger = Fare for liv
help_now-urgent = Hastar: legevakt
help_now-someone_to_talk_to = Nokon å snakke med: Mental Helse
help_now-own_plan = Planen din
