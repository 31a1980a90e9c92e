//! What the demo people wrote. Invented; nobody lived it.

use domain::words::Language;

/// Everything they wrote, in one language.
pub struct Texts {
    pub purposes: &'static str,
    pub welcome: &'static str,
    pub not_welcome: &'static str,
    pub absence: &'static str,
    pub length: &'static str,
    pub check_ins: &'static str,
    pub journal: &'static str,
    pub alarming: &'static str,
    pub disagreement: &'static str,
    pub me_when_well: &'static str,
    pub early_signs: &'static str,
    pub what_i_do: &'static str,
    pub how_to_meet_me: &'static str,
    pub gist: &'static str,
    /// More than 1,200 characters: a long read in the digest.
    pub message: &'static str,
}

/// Nynorsk readers get Bokmål: these are somebody's own words, and nobody translates those.
pub fn in_language(language: Language) -> &'static Texts {
    match language {
        Language::Nb | Language::Nn => &BOKMAL,
        Language::En => &ENGLISH,
    }
}

const BOKMAL: Texts = Texts {
    purposes: "Å holde tråden mellom timene, så vi slipper å begynne på nytt hver gang.",
    welcome: "Hvordan uka har vært, små ting som gikk bra, spørsmål før neste time.",
    not_welcome: "Det som haster. Da ringer Bente legevakta på 116 117 eller 113.",
    absence: "Kari sier fra i god tid. Er hun borte lenge, spør hun om Bente vil at noen andre leser.",
    length: "Det er lov å skrive langt. En setning øverst om det viktigste er til hjelp.",
    check_ins: "En kort hilsen annenhver uke. Bente svarer når hun har lyst.",
    journal: "Kari skriver i journalen at de har kontakt, ikke det Bente skriver. Vil hun sitere noe, spør hun først.",
    alarming: "Kari ringer Bente den dagen hun leser det. Ingen leser om natta eller i helga.",
    disagreement: "Vi tar det opp i neste time. Fagsjefen kan være med om en av oss vil.",
    me_when_well: "Jeg står opp før ni, går tur med hunden og orker å lage middag.",
    early_signs: "Jeg slutter å svare på telefonen, og gardinene blir hengende for.",
    what_i_do: "Ut en tur, samme hvor kort. Ringe søsteren min. Legge vekk telefonen klokka ni.",
    how_to_meet_me: "Snakk rolig og spør en ting om gangen. Ikke si at det går over.",
    gist: "Jeg vil gjerne snakke om dagene etter kurset.",
    message: "Hei Kari. Du sa at jeg kunne skrive langt hvis jeg trengte det, så nå gjør jeg det.\n\n\
        Kurset på torsdag gikk egentlig bra. Jeg kom tidlig og fikk en plass ved døra, akkurat som vi snakket om, og den \
        første timen satt jeg bare og hørte på. I pausen kom det en bort og spurte om jeg ville ha kaffe, og så ble vi \
        stående og snakke om hunder helt til det begynte igjen. Det er lenge siden jeg har snakket med noen jeg ikke \
        kjenner.\n\n\
        Det er dagene etterpå som ble tunge. Fredag var jeg så sliten at jeg la meg midt på dagen, og lørdag ringte \
        søsteren min to ganger uten at jeg tok den. Jeg vet at det er et av tegnene vi har skrevet ned. Samtidig gikk jeg \
        tur begge dagene, riktignok bare rundt kvartalet, og jeg la vekk telefonen klokka ni slik jeg pleier når det går \
        bra. Så jeg vet ikke helt hva jeg skal tenke. Kanskje er det bare slik det er å gjøre noe nytt, og kanskje er det \
        greit å være sliten når jeg har brukt meg.\n\n\
        Det jeg lurer på er om jeg skal melde meg på neste gang også, eller vente litt. Fristen er ikke før om to uker. \
        Jeg har lyst, men jeg er redd for at det blir for mye når det er to torsdager på rad. Kan vi se på det sammen, og \
        kanskje finne ut hva jeg kan gjøre med fredagene? Det haster ikke, og du trenger ikke svare på alt.\n\n\
        Hilsen Bente",
};

const ENGLISH: Texts = Texts {
    purposes: "To keep the thread between our meetings, so that we need not start over each time.",
    welcome: "How the week has been, small things that went well, questions before the next meeting.",
    not_welcome: "Anything urgent. Then Bente phones the out-of-hours doctor on 116 117, or 113.",
    absence: "Kari says so in good time. If she is away for long, she asks whether Bente wants somebody else to read.",
    length: "Long is fine. One sentence at the top about the main thing helps.",
    check_ins: "A short hello every other week. Bente answers when she feels like it.",
    journal: "Kari notes in the record that they are in touch, not what Bente writes. If she wants to quote, she asks first.",
    alarming: "Kari phones Bente on the day she reads it. Nobody reads at night or at weekends.",
    disagreement: "We bring it up at the next meeting. The head of the unit can join us if either of us wants that.",
    me_when_well: "I get up before nine, walk the dog and have it in me to cook dinner.",
    early_signs: "I stop answering the phone, and the curtains stay drawn.",
    what_i_do: "Go out, however short the walk. Phone my sister. Put the phone away at nine.",
    how_to_meet_me: "Speak calmly and ask one thing at a time. Don't tell me that it will pass.",
    gist: "I would like to talk about the days after the course.",
    message: "Hi Kari. You said that I could write at length if I needed to, so this time I do.\n\n\
        The course on Thursday went well, really. I came early and got a seat by the door, just as we talked about, and \
        for the first hour I only sat and listened. In the break somebody came over and asked if I wanted coffee, and then \
        we stood there talking about dogs until it began again. It is a long time since I talked with somebody I don't \
        know.\n\n\
        It was the days after that turned out heavy. On Friday I was so tired that I went to bed in the middle of the day, \
        and on Saturday my sister phoned twice and I did not pick up. I know that this is one of the signs we wrote down. \
        At the same time I went for a walk both days, only round the block, and I put my phone away at nine as I do when \
        things are good. So I don't quite know what to think. Perhaps this is just what it is like to do something new, \
        and perhaps it is all right to be tired when I have spent myself.\n\n\
        What I wonder is whether I should sign up for the next one too, or wait a little. There are two weeks until I have \
        to say. I would like to, but I am afraid that it will be too much with two Thursdays in a row. Could we look at it \
        together, and perhaps work out what to do with the Fridays? There is no hurry, and you need not answer all of \
        it.\n\n\
        Bente",
};

#[cfg(test)]
mod tests {
    use super::*;
    use domain::organisation_policy::Rules;

    #[test]
    fn the_message_is_a_long_read() {
        for language in Language::ALL {
            let chars = in_language(*language).message.chars().count();
            assert!(Rules::default().is_long(chars, 1), "{language}: {chars} characters");
        }
    }
}
