"""What docs/teach.py writes for whoever teaches, each text in English and in Portuguese.

Places in braces are filled by docs/teach.py: figures, the names of pages and buttons as the app has them,
links, and tables.
"""

from __future__ import annotations

from typing import NamedTuple


class Said(NamedTuple):
    """A text in each language, by the names that catalogues have."""

    en: str
    pt_BR: str


class Part(NamedTuple):
    """A part of a plan: the minutes it takes, and a step of kd.text.paths, in which these texts are others.

    link: None for that of the step, "" for none: the part before has led there.
    """

    minutes: int
    step: str
    link: str | None = None
    title: Said | None = None
    do: Said | None = None
    see: Said | None = None
    ask: Said | None = None
    surprise: Said | None = None


FREE = {
    "few": "train_size",
    "many": "train_size",
    "temperature": "temperature",
    "squared": "temperature_squared",
}
"""A step on Train → the only control that its link does not lock."""

NAMES = {
    "home": "Home",
    "train": "Train",
    "draw": "Draw",
    "sweep": "Sweep",
    "experiments": "Experiments",
    "start": "Start",
    "freeze": "Freeze",
    "reveal": "Reveal",
    "next": "Next activity",
    "open": "Open the class",
    "included": "See the included result",
    "everything": "Show all controls",
    "share": "Share",
    "lesson_title": "A lesson of 45 minutes",
}
"""What pages, buttons and experiments are called in the app, by their places in the texts here."""

LONG = (
    Part(6, "doubts"),
    Part(
        10,
        "guess",
        "class?plan=guess;seeds;map:axes=train_size-temperature;guess:about=wrong_labels;digits",
        Said("Every phone guesses", "Cada celular dá um palpite"),
        Said(
            "Press “{open}”, and keep this tab. The phones join; press “{start}”. When all have guessed, "
            "press “{freeze}”, let somebody defend a guess, and only then “{reveal}”.",
            "Clique em “{open}” e guarde esta aba. Os celulares entram; clique em “{start}”. Quando todos "
            "os palpites tiverem chegado, clique em “{freeze}”, deixe alguém defender o seu e só então "
            "clique em “{reveal}”.",
        ),
        Said(
            "All guesses on the wall, and then, beside them, what came out.",
            "Todos os palpites no telão e, depois, ao lado deles, o resultado.",
        ),
    ),
    Part(6, "few"),
    Part(4, "many"),
    Part(7, "temperature"),
    Part(6, "squared"),
    Part(
        12,
        "class",
        "",
        do=Said(
            "Back to the wall: “{next}”, “{start}”. Freeze it after the first dot, ask, and open it again.",
            "De volta ao telão: “{next}”, “{start}”. Congele depois do primeiro ponto, pergunte e abra de "
            "novo.",
        ),
    ),
    Part(5, "sure"),
    Part(
        10,
        "map",
        "",
        Said("A map that the class paints", "Um mapa que a turma pinta"),
        Said(
            "On the wall: “{next}”, “{start}”. Everybody takes a cell that nobody has.",
            "No telão: “{next}”, “{start}”. Cada pessoa escolhe uma célula que ninguém tem.",
        ),
        Said(
            "The map fills cell by cell. Few images and a high T stand out.",
            "O mapa se enche, célula por célula. Poucas imagens e um T alto se destacam.",
        ),
        surprise=Said(
            "In the included map, the teacher is shown to help in {helps} of {cells} cells, and in none at "
            "T = 1. “No difference shown” is a result, too.",
            "No mapa incluído, {helps} de {cells} células demonstram que o professor ajuda, e nenhuma delas "
            "com T = 1. “Nenhuma diferença demonstrada” também é um resultado.",
        ),
    ),
    Part(
        12,
        "guess",
        "experiments?experiment=wrong_labels",
        Said("An experiment: wrong labels", "Um experimento: rótulos errados"),
        Said(
            "On the wall: “{next}”, “{start}”. When all have guessed, “{reveal}”. Then open the experiment "
            "and press “{included}”; its numbers unfold below the charts.",
            "No telão: “{next}”, “{start}”. Quando todos os palpites tiverem chegado, “{reveal}”. Depois "
            "abra o experimento e clique em “{included}”; os números se abrem abaixo dos gráficos.",
        ),
        Said(
            "{noise_alone} The line of the distilled student hardly bends.",
            "{noise_alone} A linha do estudante destilado quase não se curva.",
        ),
        Said(
            "Sixty percent of the labels are random. What does that cost the student with a teacher? And "
            "the one without?",
            "Sessenta por cento dos rótulos são aleatórios. Quanto isso custa ao estudante com professor? E "
            "ao que está sozinho?",
        ),
        Said(
            "{noise_taught} With α = 0.1 the labels hardly count, and the teacher never saw the wrong ones.",
            "{noise_taught} Com α = 0,1, os rótulos quase não contam, e o professor nunca viu os errados.",
        ),
    ),
    Part(
        6,
        "squared",
        "experiments?experiment=no_t_squared",
        Said("A mistake: T² forgotten", "Um erro clássico: T² esquecido"),
        Said(
            "Read the two lines of code aloud, have hands raised for one answer, and press “{included}”; the "
            "numbers unfold below the charts.",
            "Leia em voz alta as duas linhas de código, peça que levantem a mão por uma resposta e clique "
            "em “{included}”; os números se abrem abaixo dos gráficos.",
        ),
        Said(
            "The student with the mistake against the right one: {mistake_short} after a short training, "
            "{mistake_long} after a long one.",
            "O estudante com o erro, comparado com o correto: {mistake_short} depois de um treino curto, "
            "{mistake_long} depois de um longo.",
        ),
        Said(
            "Would you have noticed? What would you look at to notice?",
            "Você teria notado? O que você olharia para notar?",
        ),
        Said(
            "It still beats its scratch student: {mistake_gain}. Accuracy alone does not give a mistake "
            "away; the size of the gradient does.",
            "Ele ainda vence seu estudante sozinho: {mistake_gain}. Só a acurácia não denuncia o erro; o "
            "tamanho do gradiente, sim.",
        ),
    ),
    Part(
        6,
        "digit",
        "",
        Said("Everybody draws", "Todo mundo desenha"),
        Said(
            "On the wall: “{next}”, “{start}”. Draw the digit that your phone asks for, as you always write "
            "it.",
            "No telão: “{next}”, “{start}”. Desenhe o dígito que o celular pede, como você sempre o escreve.",
        ),
        Said(
            "The class's digits, and what the three networks read in them.",
            "Os dígitos da turma e o que as três redes leem neles.",
        ),
    ),
)
"""The plan of 90 minutes; that of 45 minutes is PATHS["lesson"]."""

HEADS = Said(
    "| min | what you do, and *ask* | what the class sees |",
    "| min | o que fazer e *perguntar* | o que a turma vê |",
)
SURPRISES = Said("Often surprises:", "Costuma surpreender:")

TEACH = Said(
    """# Teach

*Em português: [Ensinar](pt/teach.md)*

Two plans: 45 minutes with a projector alone, or 90 minutes in which every phone takes part. For both there
is a [worksheet](worksheet.md), one page to print, with [its answers](answers.md) on another.

## Before the class

- Start the app on the computer in the room. For phones, try the network on the day before: [A class on
  Monday](class.md) says how.
- Each link below opens the app on this computer, in large type, at the setting that its step begins with.
  On Train it locks the other controls, so that nobody moves the wrong one. To have them back, press the open
  lock at the top (“{everything}”).
- [Learn](learn.md) is the page to give to your class, before or after.
- Have a guess written down before you move anything. Whoever looks first always knew.
- The gains are of five repeats that come with the app. What a class trains itself differs a little: that is
  the point of repeats.

## 45 minutes: see it

The app leads you along this plan, too: *{lesson_title}*, on [{home}]({app}).

{short_plan}

## 90 minutes: measure it together

Keep the wall of the class in one tab of the browser, and open the other links in a second one. Where a part
has no link, go back to the wall.

{long_plan}

Time is short? Leave out the map. No phones? Have hands raised for the guesses, and show *Repeats one by
one* on Sweep instead of the class's dots.

## Links of your own

*{share}*, on every page, makes a link to what is on the screen, with a QR code to scan off the projector.
For a lesson a link can hide controls, lock them, and start in presenter mode:
[`{example}`]({app}{example}). [All names](reference.md#addresses) are in the reference.

`python -m docs.teach` writes this page, the worksheet and its answers.
""",
    """# Ensinar

*In English: [Teach](../teach.md)*

Dois planos de aula: 45 minutos só com um projetor, ou 90 minutos em que cada celular participa. Para os
dois há uma [folha de atividades](worksheet.md), uma página para imprimir, com [as respostas](answers.md) em
outra.

## Antes da aula

- Abra o app no computador da sala. Se for usar celulares, teste a rede na véspera: [Uma turma na
  segunda-feira](class.md) diz como.
- Cada link abaixo abre o app neste computador, com letras grandes e na configuração em que o passo começa.
  Em Treinar, ele bloqueia os outros controles, para que ninguém mova o errado. Para liberá-los, clique no
  cadeado aberto, no alto (“{everything}”).
- [Aprender](learn.md) é a página para dar à turma, antes ou depois.
- Peça um palpite por escrito antes de mover qualquer coisa. Quem olha primeiro sempre já sabia.
- Os ganhos vêm de cinco repetições incluídas no app. O que a turma treinar sairá um pouco diferente: é para
  isso que servem as repetições.

## 45 minutos: ver

O app também conduz você por este plano: *{lesson_title}*, no [{home}]({app}).

{short_plan}

## 90 minutos: medir em conjunto

Deixe o telão da turma em uma aba do navegador e abra os outros links em uma segunda aba. Onde uma parte não
tem link, volte ao telão.

{long_plan}

Falta tempo? Pule o mapa. Não há celulares? Peça que levantem a mão nos palpites e mostre *Repetições uma a
uma*, na Varredura, em vez dos pontos da turma.

## Seus próprios links

*{share}*, em todas as páginas, cria um link para o que está na tela, com um QR code para ler direto do
telão. Para uma aula, um link pode esconder controles, bloqueá-los e começar no modo de apresentação:
[`{example}`]({app}{example}). [Todos os nomes](../reference.md#addresses) estão na referência.

`python -m docs.teach` escreve esta página, a folha de atividades e as respostas.
""",
)


SLIDERS = ("preset", "train_size", "alpha", "temperature", "temperature_squared")
"""What Train shows first, of which links lock or hide all but one."""

DOUBTS_AT = 8
"""The temperature to which the first question leads."""


class Question(NamedTuple):
    """A question of the worksheet. link: what opens in the app; answer: for whoever teaches."""

    link: str
    asks: Said
    answer: Said


FILLED = Said(
    "My guess: <20> What I saw: <24> Why? <44>",
    "Meu palpite: <20> O que vi: <22> Por quê? <40>",
)
"""What there is to fill in below a question: so many dots in each place."""


def _train(begins: str, moves: str) -> str:
    """Returns an address of Train that shows one slider alone."""
    return f"train?{begins}&hide={','.join(name for name in SLIDERS if name != moves)}"


QUESTIONS = (
    Question(
        "?soft=1",
        Said(
            "**Doubts.** {link}: drag T from 1 to {at}. Which digit comes second, with how many percent? "
            "Can it overtake the {digit}?",
            "**Dúvidas.** {link}: leve T de 1 até {at}. Que dígito fica em segundo, com quantos por cento? "
            "Ele pode ultrapassar o {digit}?",
        ),
        Said(
            "The {other}: it has {doubt} at T = {at}, when the {digit} has fallen from {before} to {now}. "
            "It never overtakes: all logits are divided by the same T, so the largest stays the largest.",
            "O {other}: ele tem {doubt} com T = {at}, quando o {digit} caiu de {before} para {now}. Ele "
            "nunca ultrapassa: todos os logits são divididos pelo mesmo T, e o maior continua o maior.",
        ),
    ),
    Question(
        _train("train_size=500", "train_size"),
        Said(
            "**Many images.** {link}: move the images from 500 to 10,000. What does the teacher add before, "
            "and after?",
            "**Muitas imagens.** {link}: leve as imagens de 500 até 10.000. Quanto o professor acrescenta "
            "antes e depois?",
        ),
        Said(
            "{gain}; then {gain_many}, which is no difference shown. With many images, the labels alone say "
            "nearly everything.",
            "{gain}; depois {gain_many}, ou seja, nenhuma diferença demonstrada. Com muitas imagens, os "
            "rótulos sozinhos já dizem quase tudo.",
        ),
    ),
    Question(
        _train("temperature=1", "temperature"),
        Said(
            "**Temperature.** {link}: what does the teacher add at T = 1, at 4 and at 10?",
            "**Temperatura.** {link}: quanto o professor acrescenta com T = 1, com 4 e com 10?",
        ),
        Said(
            "At 1: {gain_1}. At 4: {gain_4}. At 10: {gain}. At T = 1 the teacher's answers are nearly "
            "labels, so there is little in them that the labels do not say.",
            "Com 1: {gain_1}. Com 4: {gain_4}. Com 10: {gain}. Com T = 1, as respostas do professor são "
            "quase rótulos e dizem pouco além deles.",
        ),
    ),
    Question(
        _train("alpha=0.5", "temperature_squared"),
        Said(
            "**T².** {link}: α is 0.5. Switch × T² off. α still says one half: half of what?",
            "**T².** {link}: α é 0,5. Desligue × T². α ainda diz metade: metade de quê?",
        ),
        Said(
            "{gain_with}; without T², {gain_without}. The gradients of softened answers shrink as 1/T²: at "
            "T = 10 they are {times} times smaller. So the labels win, although α is one half.",
            "{gain_with}; sem T², {gain_without}. Os gradientes das respostas suavizadas encolhem com 1/T²: "
            "com T = 10, são {times} vezes menores. Por isso os rótulos vencem, embora α seja metade.",
        ),
    ),
    Question(
        "sweep?show=repeats&of=study&cell=500,10&of_order=by_number&of_alpha=0.1&of_squared=with",
        Said(
            "**Luck.** {link}: what did the first repeat say alone? And five together? From how many on "
            "would you believe it?",
            "**Sorte.** {link}: o que disse sozinha a primeira repetição? E cinco juntas? A partir de "
            "quantas você acreditaria?",
        ),
        Said(
            "{first} points alone; {together} together. One repeat has no interval, so nobody can tell luck "
            "from gain. The app gives its first verdict at five.",
            "{first} pontos sozinha; {together} juntas. Uma repetição não tem intervalo, e ninguém pode "
            "separar a sorte do ganho. O app dá o primeiro veredito com cinco.",
        ),
    ),
    Question(
        "sweep?show=map&of_alpha=0.1&of_squared=with",
        Said(
            "**No difference shown.** {link}: find a hatched cell with a gain above 1 point. Does the "
            "teacher not help there?",
            "**Nenhuma diferença demonstrada.** {link}: ache uma célula hachurada com ganho acima de 1 "
            "ponto. O professor não ajuda ali?",
        ),
        Said(
            "We do not know: with {cells} cells judged at once, five repeats cannot tell that gain from "
            "luck. Only in {helps} cells is the teacher shown to help; more repeats would settle more of "
            "them.",
            "Não sabemos: com {cells} células julgadas de uma vez, cinco repetições não separam esse ganho "
            "da sorte. Só {helps} células demonstram que o professor ajuda; com mais repetições, outras se "
            "decidiriam.",
        ),
    ),
    Question(
        "experiments?experiment=wrong_labels",
        Said(
            "**Wrong labels.** {link}: what do 60 % of random labels cost the distilled student? And the "
            "scratch student? Guess, then press “{included}”.",
            "**Rótulos errados.** {link}: quanto custam 60 % de rótulos aleatórios ao estudante destilado? "
            "E ao que está sozinho? Dê um palpite e clique em “{included}”.",
        ),
        Said(
            "{noise_taught} {noise_alone} The teacher has never seen the wrong labels, and α = 0.1 gives "
            "them a tenth of the weight.",
            "{noise_taught} {noise_alone} O professor nunca viu os rótulos errados, e α = 0,1 dá a eles um "
            "décimo do peso.",
        ),
    ),
    Question(
        "draw?way=draw&view=answers",
        Said(
            "**Your own digit.** {link}: draw one that the three networks read differently. What did each "
            "of them read?",
            "**Seu próprio dígito.** {link}: desenhe um que as três redes leiam de modos diferentes. O que "
            "cada uma leu?",
        ),
        Said(
            "Yours to judge. A seven with a bar, a one with a long upstroke, or a small digit in a corner "
            "often works: they are rare in MNIST, from which all three have learned.",
            "Fica a seu critério. Um sete cortado, um um com traço longo ou um dígito pequeno no canto "
            "costumam funcionar: são raros no MNIST, com o qual as três aprenderam.",
        ),
    ),
    Question(
        "",
        Said(
            "**Explain.** Both students saw the same images. Where do the extra points come from? Two "
            "sentences:",
            "**Explique.** Os dois estudantes viram as mesmas imagens. De onde vêm os pontos a mais? Em "
            "duas frases:",
        ),
        Said(
            "A label names one digit. The teacher's softened answer also says which other digits the "
            "picture resembles, and how much; it learned that from many more images.",
            "Um rótulo dá o nome de um dígito. A resposta suavizada do professor também diz com que outros "
            "dígitos a imagem se parece, e quanto; ele aprendeu isso com muito mais imagens.",
        ),
    ),
)

WORKSHEET = Said(
    """# Worksheet: what a teacher adds

*Em português: [Folha de atividades](pt/worksheet.md)*

Write your guess down first, then look. Each question takes a minute.<br>
Name: <36> The app is at: <36>

{questions}
""",
    """# Folha de atividades: o que um professor acrescenta

*In English: [Worksheet](../worksheet.md)*

Primeiro anote seu palpite, depois olhe. Cada questão leva um minuto.<br>
Nome: <36> O app está em: <36>

{questions}
""",
)
ANSWERS = Said(
    """# Answers to the worksheet

*Em português: [Respostas](pt/answers.md)*

To the [worksheet](worksheet.md), as the app shows them with what comes with it. Other repeats give other
numbers, most of them in the likely range.

{answers}
""",
    """# Respostas da folha de atividades

*In English: [Answers](../answers.md)*

As respostas da [folha de atividades](worksheet.md), como o app as mostra com o que vem incluído. Outras
repetições dão outros números, quase sempre dentro da faixa provável.

{answers}
""",
)
