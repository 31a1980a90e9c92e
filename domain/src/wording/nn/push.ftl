# Låseskjermen: at det er noko, aldri kva.
push-owner_something = Du har noko nytt.
push-owner_neutral = Oppdatert.
push-provider_digest = Dagens samling er klar.
