<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context>
    <name>Badge</name>
    <message>
        <source>{camera} camera</source>
        <translation>Kamera {camera}</translation>
    </message>
</context>
<context>
    <name>BallotPanel</name>
    <message>
        <source>Comment</source>
        <translation>Kommentar</translation>
    </message>
    <message>
        <source>Comment: what made the difference?</source>
        <translation>Kommentar: Was gab den Ausschlag?</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Done: back to the vote</source>
        <translation>Fertig: zurück zur Abstimmung</translation>
    </message>
    <message>
        <source>a comment</source>
        <translation>ein Kommentar</translation>
    </message>
    <message>
        <source>{count} more</source>
        <translation>{count} weitere</translation>
    </message>
    <message>
        <source>{letter} {percent} %</source>
        <translation>{letter} {percent} %</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Close this notice</source>
        <translation>Diesen Hinweis schließen</translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>Erneut ausführen</translation>
    </message>
</context>
<context>
    <name>BattlePage</name>
    <message>
        <source>Rest your eyes for a moment: the battle waits.</source>
        <translation>Gönnen Sie Ihren Augen eine Pause: Der Vergleich wartet.</translation>
    </message>
    <message>
        <source>That was the last of {turns} turns. Watch it and vote.</source>
        <translation>Das war die letzte von {turns} Runden. Ansehen und abstimmen.</translation>
    </message>
    <message>
        <source>The practice is over: this battle counts.</source>
        <translation>Die Übung ist vorbei: Dieser Vergleich zählt.</translation>
    </message>
    <message>
        <source>This battle still waits for your vote.</source>
        <translation>Dieser Vergleich wartet noch auf Ihre Stimme.</translation>
    </message>
    <message>
        <source>Vote, or skip it.</source>
        <translation>Stimmen Sie ab, oder überspringen Sie ihn.</translation>
    </message>
    <message>
        <source>You have judged for {minutes} minutes.</source>
        <translation>Sie urteilen seit {minutes} Minuten.</translation>
    </message>
</context>
<context>
    <name>BoardFilters</name>
    <message>
        <source>Battles with named models or given seeds, and votes from the command line or simulated</source>
        <translation>Vergleiche mit genannten Modellen oder vorgegebenen Startzahlen sowie simulierte Stimmen und solche von der Befehlszeile</translation>
    </message>
    <message>
        <source>From this day</source>
        <translation>Von diesem Tag</translation>
    </message>
    <message>
        <source>Group of evaluators</source>
        <translation>Gruppe von Gutachtern</translation>
    </message>
    <message>
        <source>How votes count</source>
        <translation>Wie Stimmen zählen</translation>
    </message>
    <message>
        <source>Include unrated battles</source>
        <translation>Ungewertete Vergleiche einbeziehen</translation>
    </message>
    <message>
        <source>Robot</source>
        <translation>Roboter</translation>
    </message>
    <message>
        <source>Scene</source>
        <translation>Szene</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>Aufgabe</translation>
    </message>
    <message>
        <source>To this day</source>
        <translation>Bis zu diesem Tag</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
    <message>
        <source>Which interval is shown</source>
        <translation>Welches Intervall gezeigt wird</translation>
    </message>
    <message>
        <source>Whose votes</source>
        <translation>Wessen Stimmen</translation>
    </message>
</context>
<context>
    <name>BoardHead</name>
    <message>
        <source>Board</source>
        <translation>Liste</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Speichern…</translation>
    </message>
    <message>
        <source>Is A better yet?</source>
        <translation>Ist A schon besser?</translation>
    </message>
    <message>
        <source>Leaderboard</source>
        <translation>Rangliste</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>Who beat whom</source>
        <translation>Wer schlug wen</translation>
    </message>
</context>
<context>
    <name>BoardSource</name>
    <message>
        <source>Battles: {battles}, evaluators: {evaluators}.</source>
        <translation>Vergleiche: {battles}, Gutachter: {evaluators}.</translation>
    </message>
    <message>
        <source>No central service is set any more.</source>
        <translation>Es ist kein zentraler Dienst mehr eingestellt.</translation>
    </message>
    <message>
        <source>Offline since {time}.</source>
        <translation>Offline seit {time}.</translation>
    </message>
    <message>
        <source>Published by {host} as of {moment}; snapshot {name}, its signature checked; fetched {fetched}.</source>
        <translation>Veröffentlicht von {host}, Stand {moment}; Ausgabe {name}, Signatur geprüft; abgeholt {fetched}.</translation>
    </message>
    <message>
        <source>Snapshot {name} of {url}</source>
        <translation>Ausgabe {name} von {url}</translation>
    </message>
    <message>
        <source>Where the board comes from</source>
        <translation>Woher die Rangliste stammt</translation>
    </message>
</context>
<context>
    <name>DaemonPill</name>
    <message>
        <source>Both robots are at work.</source>
        <translation>Beide Roboter sind am Werk.</translation>
    </message>
    <message>
        <source>Daemon offline</source>
        <translation>Daemon offline</translation>
    </message>
    <message>
        <source>Daemon playing</source>
        <translation>Daemon spielt</translation>
    </message>
    <message>
        <source>Daemon ready</source>
        <translation>Daemon bereit</translation>
    </message>
    <message>
        <source>Daemon starting</source>
        <translation>Daemon startet</translation>
    </message>
    <message>
        <source>It waits for a battle.</source>
        <translation>Er wartet auf einen Vergleich.</translation>
    </message>
    <message>
        <source>It will be ready in a moment.</source>
        <translation>Er ist gleich bereit.</translation>
    </message>
    <message>
        <source>Other version</source>
        <translation>Andere Version</translation>
    </message>
    <message>
        <source>Press to connect again.</source>
        <translation>Drücken, um neu zu verbinden.</translation>
    </message>
    <message>
        <source>Update the older side, then press here.</source>
        <translation>Die ältere Seite aktualisieren, dann hier drücken.</translation>
    </message>
</context>
<context>
    <name>DiagnosticsSheet</name>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Diagnostics</source>
        <translation>Diagnose</translation>
    </message>
    <message>
        <source>This helps to find a fault. Names of people, folders and models, keys, and everything about an open battle are left out. Read it before you pass it on.</source>
        <translation>Das hilft, einen Fehler zu finden. Namen von Personen, Ordnern und Modellen, Schlüssel und alles über einen offenen Vergleich sind ausgelassen. Lesen Sie es, bevor Sie es weitergeben.</translation>
    </message>
</context>
<context>
    <name>EnrolRow</name>
    <message>
        <source>Enrol</source>
        <translation>Anmelden</translation>
    </message>
    <message>
        <source>Enrolling …</source>
        <translation>Wird angemeldet …</translation>
    </message>
    <message>
        <source>Enrolment token</source>
        <translation>Anmeldeschlüssel</translation>
    </message>
    <message>
        <source>This workstation is enrolled.</source>
        <translation>Dieser Rechner ist angemeldet.</translation>
    </message>
    <message>
        <source>from whoever runs the service</source>
        <translation>von dem, der den Dienst betreibt</translation>
    </message>
</context>
<context>
    <name>EventsPanel</name>
    <message>
        <source>Events</source>
        <translation>Ereignisse</translation>
    </message>
    <message>
        <source>Nothing was touched on either side.</source>
        <translation>Auf keiner Seite wurde etwas berührt.</translation>
    </message>
</context>
<context>
    <name>EvidenceActions</name>
    <message>
        <source>Branch from here: let a model play on from this frame</source>
        <translation>Hier abzweigen: ein Modell von diesem Bild an weiterspielen lassen</translation>
    </message>
    <message>
        <source>Branch from this frame of {side}</source>
        <translation>Von diesem Bild von {side} abzweigen</translation>
    </message>
    <message>
        <source>Branch…</source>
        <translation>Abzweigen…</translation>
    </message>
    <message>
        <source>Difference   D</source>
        <translation>Differenz   D</translation>
    </message>
    <message>
        <source>From {side}&apos;s frame</source>
        <translation>Vom Bild von {side}</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>More that can be done</source>
        <translation>Was sich sonst noch tun lässt</translation>
    </message>
    <message>
        <source>Play an episode again and compare it bit for bit</source>
        <translation>Eine Episode nachspielen und Bit für Bit vergleichen</translation>
    </message>
    <message>
        <source>Reproduce</source>
        <translation>Nachspielen</translation>
    </message>
    <message>
        <source>Reproduce {side}</source>
        <translation>{side} nachspielen</translation>
    </message>
    <message>
        <source>Save pictures or a video</source>
        <translation>Bilder oder ein Video speichern</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>Speichern…</translation>
    </message>
    <message>
        <source>To the first difference between A and B</source>
        <translation>Zur ersten Differenz zwischen A und B</translation>
    </message>
    <message>
        <source>{side}&apos;s episode</source>
        <translation>Episode von {side}</translation>
    </message>
</context>
<context>
    <name>EvidenceDrawer</name>
    <message>
        <source>A and B never part in this turn.</source>
        <translation>A und B trennen sich in dieser Runde nicht.</translation>
    </message>
    <message>
        <source>A and B part at step {step}: {subject}, {distance:.1f} cm apart</source>
        <translation>A und B trennen sich bei Schritt {step}: {subject}, {distance:.1f} cm auseinander</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>Ereignisse</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
    <message>
        <source>Notes on this turn</source>
        <translation>Notizen zu dieser Runde</translation>
    </message>
    <message>
        <source>Pin a note to this frame</source>
        <translation>Notiz an dieses Bild heften</translation>
    </message>
    <message>
        <source>Plots</source>
        <translation>Kurven</translation>
    </message>
    <message>
        <source>Plots of both sides</source>
        <translation>Kurven beider Seiten</translation>
    </message>
    <message>
        <source>Seen</source>
        <translation>Gesehen</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>Was geschah</translation>
    </message>
    <message>
        <source>What the policy saw</source>
        <translation>Was das Modell sah</translation>
    </message>
    <message>
        <source>gripper</source>
        <translation>Greifer</translation>
    </message>
</context>
<context>
    <name>ExperimentBar</name>
    <message>
        <source>An experiment is under way. It counts for no board.</source>
        <translation>Ein Experiment läuft. Es zählt für keine Rangliste.</translation>
    </message>
    <message>
        <source>Both models</source>
        <translation>Beide Modelle</translation>
    </message>
    <message>
        <source>Branch</source>
        <translation>Abzweigen</translation>
    </message>
    <message>
        <source>Branch from here   B</source>
        <translation>Hier abzweigen   B</translation>
    </message>
    <message>
        <source>Branch from here: let a model play on from this frame</source>
        <translation>Hier abzweigen: ein Modell von diesem Bild an weiterspielen lassen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancel the experiment</source>
        <translation>Das Experiment abbrechen</translation>
    </message>
    <message>
        <source>Choose the battle on the left to try something else.</source>
        <translation>Links den Vergleich wählen, um etwas anderes zu versuchen.</translation>
    </message>
    <message>
        <source>Do not branch (Esc)</source>
        <translation>Nicht abzweigen (Esc)</translation>
    </message>
    <message>
        <source>Instruction of the branch</source>
        <translation>Anweisung des Abzweigs</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Nicht jetzt</translation>
    </message>
    <message>
        <source>Play A&apos;s episode again and compare it bit for bit</source>
        <translation>Die Episode von A nachspielen und Bit für Bit vergleichen</translation>
    </message>
    <message>
        <source>Play B&apos;s episode again and compare it bit for bit</source>
        <translation>Die Episode von B nachspielen und Bit für Bit vergleichen</translation>
    </message>
    <message>
        <source>Play the branch (Enter)</source>
        <translation>Den Abzweig spielen (Enter)</translation>
    </message>
    <message>
        <source>Progress of the experiment</source>
        <translation>Fortschritt des Experiments</translation>
    </message>
    <message>
        <source>Reproduce A   R</source>
        <translation>A nachspielen   R</translation>
    </message>
    <message>
        <source>Reproduce B   ⇧R</source>
        <translation>B nachspielen   ⇧R</translation>
    </message>
    <message>
        <source>The battle</source>
        <translation>Der Vergleich</translation>
    </message>
    <message>
        <source>The battle (1 branch)</source>
        <translation>Vergleich (1 Abzweig)</translation>
    </message>
    <message>
        <source>The battle ({count} branches)</source>
        <translation>Vergleich ({count} Abzweige)</translation>
    </message>
    <message>
        <source>The battle, or one of its branches</source>
        <translation>Der Vergleich oder einer seiner Abzweige</translation>
    </message>
    <message>
        <source>Turn {number}, “{instruction}”: {result}</source>
        <translation>Runde {number}, „{instruction}“: {result}</translation>
    </message>
    <message>
        <source>Who plays on</source>
        <translation>Wer weiterspielt</translation>
    </message>
    <message>
        <source>Whose state to branch from</source>
        <translation>Von wessen Zustand abgezweigt wird</translation>
    </message>
    <message>
        <source>physics alone differs, too</source>
        <translation>auch die Physik allein weicht ab</translation>
    </message>
    <message>
        <source>physics alone: bit-exact</source>
        <translation>Physik allein: bitgenau</translation>
    </message>
    <message>
        <source>step {step}</source>
        <translation>Schritt {step}</translation>
    </message>
    <message>
        <source>{side} came out the same to the last bit</source>
        <translation>{side} ist bis aufs letzte Bit gleich</translation>
    </message>
    <message>
        <source>{side} diverges at step {step}, by up to {difference:.2g}</source>
        <translation>{side} läuft ab Schritt {step} auseinander, um bis zu {difference:.2g}</translation>
    </message>
    <message>
        <source>{side} is close: it differs by {difference:.1g} from step {step}</source>
        <translation>{side} ist nah daran: weicht ab Schritt {step} um {difference:.1g} ab</translation>
    </message>
    <message>
        <source>{side}, step {step} → {model}: {instruction}</source>
        <translation>{side}, Schritt {step} → {model}: {instruction}</translation>
    </message>
</context>
<context>
    <name>HistoryFilters</name>
    <message>
        <source>Clear filters</source>
        <translation>Filter löschen</translation>
    </message>
    <message>
        <source>Evaluator</source>
        <translation>Gutachter</translation>
    </message>
    <message>
        <source>From this day</source>
        <translation>Von diesem Tag</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Kind or state of the battle</source>
        <translation>Art oder Stand des Vergleichs</translation>
    </message>
    <message>
        <source>Model, of closed battles</source>
        <translation>Modell, bei abgeschlossenen Vergleichen</translation>
    </message>
    <message>
        <source>Robot</source>
        <translation>Roboter</translation>
    </message>
    <message>
        <source>Scene</source>
        <translation>Szene</translation>
    </message>
    <message>
        <source>Search battles</source>
        <translation>Vergleiche suchen</translation>
    </message>
    <message>
        <source>Search instructions, comments, tags, models</source>
        <translation>Anweisung, Kommentar, Merkmal, Modell</translation>
    </message>
    <message>
        <source>To this day</source>
        <translation>Bis zu diesem Tag</translation>
    </message>
    <message>
        <source>Vote</source>
        <translation>Stimme</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
</context>
<context>
    <name>HistoryList</name>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>No battle fits these filters.</source>
        <translation>Kein Vergleich passt zu diesen Filtern.</translation>
    </message>
    <message>
        <source>No battles yet. Your first one will stand here.</source>
        <translation>Noch keine Vergleiche. Ihr erster wird hier stehen.</translation>
    </message>
    <message>
        <source>the newest {count}: search or filter for more</source>
        <translation>die neuesten {count}: weitere durch Suche oder Filter</translation>
    </message>
    <message>
        <source>{count} battle</source>
        <translation>{count} Vergleich</translation>
    </message>
    <message>
        <source>{count} battles</source>
        <translation>{count} Vergleiche</translation>
    </message>
    <message>
        <source>{count} found</source>
        <translation>{count} gefunden</translation>
    </message>
</context>
<context>
    <name>HistoryPage</name>
    <message>
        <source>Go on with it on the page Battle.</source>
        <translation>Auf der Seite „Vergleich“ fortsetzen.</translation>
    </message>
    <message>
        <source>This battle is still open: its names are told after the vote.</source>
        <translation>Dieser Vergleich ist noch offen: Die Namen werden nach der Abstimmung genannt.</translation>
    </message>
    <message>
        <source>This battle was given up: its models stay unseen.</source>
        <translation>Dieser Vergleich wurde aufgegeben: Seine Modelle bleiben ungenannt.</translation>
    </message>
</context>
<context>
    <name>Judging</name>
    <message>
        <source>A was {left}, B was {right}.</source>
        <translation>A war {left}, B war {right}.</translation>
    </message>
    <message>
        <source>Still to watch: turn {turns}.</source>
        <translation>Noch anzusehen: Runde {turns}.</translation>
    </message>
    <message>
        <source>The vote was taken back.</source>
        <translation>Die Stimme wurde zurückgenommen.</translation>
    </message>
    <message>
        <source>You may vote now: 1 A is better, 2 B is better, 3 tie, 4 both bad.</source>
        <translation>Sie können jetzt abstimmen: 1 A ist besser, 2 B ist besser, 3 unentschieden, 4 beide schlecht.</translation>
    </message>
    <message>
        <source>Your vote is kept: {choice}. U takes it back.</source>
        <translation>Ihre Stimme ist gespeichert: {choice}. U nimmt sie zurück.</translation>
    </message>
    <message>
        <source>{percent} % of both replays is still unwatched.</source>
        <translation>{percent} % beider Wiedergaben sind noch nicht angesehen.</translation>
    </message>
</context>
<context>
    <name>KeysOverlay</name>
    <message>
        <source>Esc closes. Ctrl+K runs a command by its name.</source>
        <translation>Esc schließt. Strg+K führt einen Befehl nach seinem Namen aus.</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>No command has such a name.</source>
        <translation>Kein Befehl heißt so.</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Search the shortcuts</source>
        <translation>Tastenkürzel suchen</translation>
    </message>
</context>
<context>
    <name>LeaderboardPage</name>
    <message>
        <source> · not counted: {votes}</source>
        <translation> · nicht gezählt: {votes}</translation>
    </message>
    <message>
        <source>A ring: provisional.</source>
        <translation>Ein Ring: vorläufig.</translation>
    </message>
    <message>
        <source>Comparisons count battles of this workstation.</source>
        <translation>Diese Frage beantworten nur Vergleiche dieses Rechners.</translation>
    </message>
    <message>
        <source>Export the board</source>
        <translation>Rangliste speichern</translation>
    </message>
    <message>
        <source>Fewer than three evaluators: the whiskers speak of these evaluators alone (95 %).</source>
        <translation>Weniger als drei Gutachter: Die Intervalle gelten nur für diese Gutachter (95 %).</translation>
    </message>
    <message>
        <source>No votes yet. The board fills with your first battle.</source>
        <translation>Noch keine Stimmen. Die Rangliste füllt sich mit Ihrem ersten Vergleich.</translation>
    </message>
    <message>
        <source>The board was written.</source>
        <translation>Die Rangliste wurde gespeichert.</translation>
    </message>
    <message>
        <source>Votes for {model} alone that would change who is first: {votes}.</source>
        <translation>Stimmen allein für {model}, die den ersten Platz ändern würden: {votes}.</translation>
    </message>
    <message>
        <source>Votes: {votes}</source>
        <translation>Stimmen: {votes}</translation>
    </message>
    <message>
        <source>Whiskers: 95 %, evaluators in general.</source>
        <translation>Intervalle: 95 %, Gutachter allgemein.</translation>
    </message>
    <message>
        <source>Whiskers: 95 %, these evaluators.</source>
        <translation>Intervalle: 95 %, diese Gutachter.</translation>
    </message>
</context>
<context>
    <name>LiveSettings</name>
    <message>
        <source>settings.toml was not taken over; the settings before it stay.</source>
        <translation>settings.toml wurde nicht übernommen; die bisherigen Einstellungen bleiben.</translation>
    </message>
</context>
<context>
    <name>MethodNotes</name>
    <message>
        <source> 95 %: {low:.2f} to {high:.2f}.</source>
        <translation> 95 %: {low:.2f} bis {high:.2f}.</translation>
    </message>
    <message>
        <source>Agreement of evaluators on the same pair at the same task (Krippendorff&apos;s alpha, 1 all agree, 0 chance): {alpha:.2f}, of {units} such pairs. They never saw the same motions, so what these differ by counts as disagreement.</source>
        <translation>Übereinstimmung von Gutachtern beim selben Paar und derselben Aufgabe (Krippendorffs Alpha, 1 alle einig, 0 Zufall): {alpha:.2f}, aus {units} solchen Paaren. Sie sahen nie dieselben Bewegungen; was diese unterscheidet, zählt deshalb als Uneinigkeit.</translation>
    </message>
    <message>
        <source>Agreement: no two evaluators judged the same pair at the same task.</source>
        <translation>Übereinstimmung: Keine zwei Gutachter haben dasselbe Paar bei derselben Aufgabe beurteilt.</translation>
    </message>
    <message>
        <source>Evaluator</source>
        <translation>Gutachter</translation>
    </message>
    <message>
        <source>Hidden checks of {name}: one model twice, called alike {alike} of {pairs} times; own pairs shown again with the sides exchanged, judged the same {same} of {repeats} times; an arm that does nothing, not preferred {passed} of {idle} times.</source>
        <translation>Versteckte Prüfungen von {name}: zweimal dasselbe Modell, {alike} von {pairs} Mal gleich genannt; eigene Paare mit vertauschten Seiten noch einmal, {same} von {repeats} Mal gleich beurteilt; einen Arm, der nichts tut, {passed} von {idle} Mal nicht vorgezogen.</translation>
    </message>
    <message>
        <source>How the board is made</source>
        <translation>Wie die Rangliste entsteht</translation>
    </message>
    <message>
        <source>Left of one model twice</source>
        <translation>Links bei einem Modell zweimal</translation>
    </message>
    <message>
        <source>Left preferred</source>
        <translation>Links vorgezogen</translation>
    </message>
    <message>
        <source>Like the others</source>
        <translation>Wie die anderen</translation>
    </message>
    <message>
        <source>Like the others: standard deviations by which the board without her expects her votes more (+) or less (−) than most votes of a board.</source>
        <translation>Wie die anderen: um wie viele Standardabweichungen die Rangliste ohne diese Stimmen sie eher (+) oder weniger (−) erwartet als die meisten Stimmen einer Rangliste.</translation>
    </message>
    <message>
        <source>Published by the central service: {method}</source>
        <translation>Vom zentralen Dienst veröffentlicht: {method}</translation>
    </message>
    <message>
        <source>Seconds to the vote</source>
        <translation>Sekunden bis zur Stimme</translation>
    </message>
    <message>
        <source>The evaluator policy (version {version}) holds nothing against anybody here.</source>
        <translation>Die Gewichtung der Gutachter (Fassung {version}) hat hier gegen niemanden etwas.</translation>
    </message>
    <message>
        <source>Votes</source>
        <translation>Stimmen</translation>
    </message>
    <message>
        <source>{name}: weight {weight:.2f}; {reasons}.</source>
        <translation>{name}: Gewicht {weight:.2f}; {reasons}.</translation>
    </message>
</context>
<context>
    <name>NotesPanel</name>
    <message>
        <source>A note on this frame</source>
        <translation>Notiz zu diesem Bild</translation>
    </message>
    <message>
        <source>No notes on this turn yet.</source>
        <translation>Noch keine Notizen zu dieser Runde.</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
    <message>
        <source>Notes are kept with the battle.</source>
        <translation>Notizen gehören zum Vergleich.</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>Anheften</translation>
    </message>
    <message>
        <source>Pin the note to the frame shown</source>
        <translation>Die Notiz an das gezeigte Bild heften</translation>
    </message>
    <message>
        <source>Show the battle itself to write a note</source>
        <translation>Für Notizen den Vergleich selbst zeigen</translation>
    </message>
    <message>
        <source>Side of the note</source>
        <translation>Seite der Notiz</translation>
    </message>
    <message>
        <source>Withdraw</source>
        <translation>Zurückziehen</translation>
    </message>
    <message>
        <source>Withdraw for good?</source>
        <translation>Endgültig zurückziehen?</translation>
    </message>
    <message>
        <source>Withdraw the chosen note; it stays in the list, marked (Delete)</source>
        <translation>Die gewählte Notiz zurückziehen; sie bleibt gekennzeichnet in der Liste (Entf)</translation>
    </message>
</context>
<context>
    <name>Notices</name>
    <message>
        <source>The turn could not be played and counts for neither side.</source>
        <translation>Die Runde konnte nicht gespielt werden und zählt für keine Seite.</translation>
    </message>
</context>
<context>
    <name>OverlayBar</name>
    <message>
        <source>B&apos;s robot and objects, translucent, in A&apos;s picture</source>
        <translation>Roboter und Objekte von B, durchscheinend, im Bild von A</translation>
    </message>
    <message>
        <source>Contacts</source>
        <translation>Kontakte</translation>
    </message>
    <message>
        <source>Forces</source>
        <translation>Kräfte</translation>
    </message>
    <message>
        <source>Ghost</source>
        <translation>Geist</translation>
    </message>
    <message>
        <source>The paths of gripper and objects so far</source>
        <translation>Die bisherigen Wege von Greifer und Objekten</translation>
    </message>
    <message>
        <source>Trails</source>
        <translation>Spuren</translation>
    </message>
    <message>
        <source>What pushes the objects, 2 cm for each newton</source>
        <translation>Was die Objekte schiebt, 2 cm je Newton</translation>
    </message>
    <message>
        <source>Where things touch</source>
        <translation>Wo Dinge sich berühren</translation>
    </message>
</context>
<context>
    <name>PairPanel</name>
    <message>
        <source>About {battles} more battles would separate them.</source>
        <translation>Etwa {battles} weitere Vergleiche würden sie trennen.</translation>
    </message>
    <message>
        <source>Acceptable: {first} {one:.0%}, {second} {other:.0%}.</source>
        <translation>Annehmbar: {first} {one:.0%}, {second} {other:.0%}.</translation>
    </message>
    <message>
        <source>Battles at most</source>
        <translation>Höchstens so viele Vergleiche</translation>
    </message>
    <message>
        <source>Battles at most, and pairs watched at once:</source>
        <translation>Vergleiche höchstens, und zugleich beobachtete Paare:</translation>
    </message>
    <message>
        <source>Choose two different models.</source>
        <translation>Wählen Sie zwei verschiedene Modelle.</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>Beweislage</translation>
    </message>
    <message>
        <source>Evidence {now} : 1; {needed:.0f} : 1 decides. Of {battles} battles that told them apart {first} won {wins}.</source>
        <translation>Beweislage {now} : 1; {needed:.0f} : 1 entscheidet. Von {battles} Vergleichen, die sie unterschieden, gewann {first} {wins}.</translation>
    </message>
    <message>
        <source>First model</source>
        <translation>Erstes Modell</translation>
    </message>
    <message>
        <source>How often the first wins, between two ends</source>
        <translation>Wie oft das erste gewinnt, zwischen zwei Enden</translation>
    </message>
    <message>
        <source>Lead of {first}: {lead:+.0f} points, between {low:+.0f} and {high:+.0f} (95 %, these evaluators).</source>
        <translation>Vorsprung von {first}: {lead:+.0f} Punkte, zwischen {low:+.0f} und {high:+.0f} (95 %, diese Gutachter).</translation>
    </message>
    <message>
        <source>Looked at without a promise, and so with evidence enough for all {pairs} pairs of this board: register the comparison before its first battle, so that nobody can choose afterwards which battles count.</source>
        <translation>Ohne Zusage betrachtet und deshalb mit Belegen, die für alle {pairs} Paare dieser Rangliste reichen: Melden Sie die Frage vor ihrem ersten Vergleich an, damit niemand nachträglich wählen kann, welche Vergleiche zählen.</translation>
    </message>
    <message>
        <source>No votes on these two yet: now is the time to register the comparison.</source>
        <translation>Noch keine Stimmen zu diesen beiden: Jetzt ist die Zeit, die Frage anzumelden.</translation>
    </message>
    <message>
        <source>Not decided yet.</source>
        <translation>Noch nicht entschieden.</translation>
    </message>
    <message>
        <source>Not decided, and the promised battles are used up.</source>
        <translation>Nicht entschieden, und die zugesagten Vergleiche sind verbraucht.</translation>
    </message>
    <message>
        <source>Pairs watched at once</source>
        <translation>Zugleich beobachtete Paare</translation>
    </message>
    <message>
        <source>Register this comparison</source>
        <translation>Diese Frage anmelden</translation>
    </message>
    <message>
        <source>Registered on {day}: robot {robot}, at most {battles} battles, pairs watched {pairs}, error {alpha:.0%}. Battles before do not count ({ignored}). Fingerprint {digest}.</source>
        <translation>Angemeldet am {day}: Roboter {robot}, höchstens {battles} Vergleiche, beobachtete Paare {pairs}, Irrtum {alpha:.0%}. Frühere Vergleiche zählen nicht ({ignored}). Fingerabdruck {digest}.</translation>
    </message>
    <message>
        <source>Second model</source>
        <translation>Zweites Modell</translation>
    </message>
    <message>
        <source>against</source>
        <translation>gegen</translation>
    </message>
    <message>
        <source>{better} is better than {other}: decided after {battles} battles.</source>
        <translation>{better} ist besser als {other}: entschieden nach {battles} Vergleichen.</translation>
    </message>
    <message>
        <source>{first} wins {low:.0%} to {high:.0%} of such battles; this holds however often you look.</source>
        <translation>{first} gewinnt {low:.0%} bis {high:.0%} solcher Vergleiche; das gilt, so oft Sie auch nachsehen.</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>Commands</source>
        <translation>Befehle</translation>
    </message>
    <message>
        <source>No command has such a name.</source>
        <translation>Kein Befehl heißt so.</translation>
    </message>
    <message>
        <source>Search a command</source>
        <translation>Einen Befehl suchen</translation>
    </message>
    <message>
        <source>What do you want to do?</source>
        <translation>Was möchten Sie tun?</translation>
    </message>
</context>
<context>
    <name>PlayingBar</name>
    <message>
        <source>Both robots are at work. You will see them together when both have finished.</source>
        <translation>Beide Roboter sind am Werk. Sie sehen sie gemeinsam, sobald beide fertig sind.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancel this turn</source>
        <translation>Diese Runde abbrechen</translation>
    </message>
    <message>
        <source>Progress of both robots</source>
        <translation>Fortschritt beider Roboter</translation>
    </message>
</context>
<context>
    <name>PlotGrid</name>
    <message>
        <source>Plots</source>
        <translation>Kurven</translation>
    </message>
</context>
<context>
    <name>PlotsPanel</name>
    <message>
        <source>A solid · B dashed · {units}</source>
        <translation>A durchgezogen · B gestrichelt · {units}</translation>
    </message>
    <message>
        <source>What is plotted</source>
        <translation>Was die Kurven zeigen</translation>
    </message>
</context>
<context>
    <name>ProgressField</name>
    <message>
        <source>How far it came: arrow keys change it, Delete empties it</source>
        <translation>Wie weit es kam: Pfeiltasten ändern es, Entf leert es</translation>
    </message>
    <message>
        <source>How far {letter} came</source>
        <translation>Wie weit {letter} kam</translation>
    </message>
    <message>
        <source>not said</source>
        <translation>keine Angabe</translation>
    </message>
    <message>
        <source>{percent} %</source>
        <translation>{percent} %</translation>
    </message>
</context>
<context>
    <name>ReplayRoom</name>
    <message>
        <source>The replays are drawn as pictures: MuJoCo cannot draw into this window itself.</source>
        <translation>Die Wiedergaben werden als Bilder gezeichnet: MuJoCo kann nicht selbst in dieses Fenster zeichnen.</translation>
    </message>
    <message>
        <source>They may move less smoothly. `vlaarena doctor` tells of the graphics.</source>
        <translation>Sie bewegen sich vielleicht weniger flüssig. `vlaarena doctor` gibt Auskunft über die Grafik.</translation>
    </message>
</context>
<context>
    <name>RestartRow</name>
    <message>
        <source>Restart now</source>
        <translation>Jetzt neu starten</translation>
    </message>
    <message>
        <source>The window speaks it once it has opened again: here, and with the battle under way.</source>
        <translation>Das Fenster spricht sie, sobald es wieder offen ist: hier, und mit dem laufenden Vergleich.</translation>
    </message>
</context>
<context>
    <name>Restarting</name>
    <message>
        <source>A note is half written.</source>
        <translation>Eine Notiz ist halb geschrieben.</translation>
    </message>
    <message>
        <source>A turn is being played.</source>
        <translation>Eine Runde wird gespielt.</translation>
    </message>
    <message>
        <source>An experiment is running.</source>
        <translation>Ein Experiment läuft.</translation>
    </message>
    <message>
        <source>Pictures are being saved.</source>
        <translation>Bilder werden gespeichert.</translation>
    </message>
    <message>
        <source>Restart the window after that: then nothing is lost.</source>
        <translation>Starten Sie das Fenster danach neu: Dann geht nichts verloren.</translation>
    </message>
    <message>
        <source>The first turn of a battle is not over.</source>
        <translation>Die erste Runde eines Vergleichs ist nicht zu Ende.</translation>
    </message>
    <message>
        <source>What you said beside your vote is not kept yet.</source>
        <translation>Was Sie neben Ihrer Stimme gesagt haben, ist noch nicht gespeichert.</translation>
    </message>
    <message>
        <source>Your vote can still be taken back.</source>
        <translation>Ihre Stimme kann noch zurückgenommen werden.</translation>
    </message>
</context>
<context>
    <name>RetractQuestion</name>
    <message>
        <source>Keep it   Esc</source>
        <translation>Behalten   Esc</translation>
    </message>
    <message>
        <source>Keep the vote (Esc)</source>
        <translation>Stimme behalten (Esc)</translation>
    </message>
    <message>
        <source>Only one&apos;s own vote can be retracted.</source>
        <translation>Nur die eigene Stimme kann zurückgezogen werden.</translation>
    </message>
    <message>
        <source>Retract the vote</source>
        <translation>Stimme zurückziehen</translation>
    </message>
    <message>
        <source>Retract your vote “{choice}”? Nothing is deleted: the retraction is kept beside it, and no rating counts it any more. The names stay known, so nobody can vote on this battle again.</source>
        <translation>Ihre Stimme „{choice}“ zurückziehen? Nichts wird gelöscht: Der Rückzug wird daneben aufbewahrt, und keine Wertung zählt sie mehr. Die Namen bleiben bekannt, darum kann niemand mehr über diesen Vergleich abstimmen.</translation>
    </message>
    <message>
        <source>Your vote is retracted: it counts no more.</source>
        <translation>Ihre Stimme ist zurückgezogen: Sie zählt nicht mehr.</translation>
    </message>
</context>
<context>
    <name>RevealPanel</name>
    <message>
        <source>New battle</source>
        <translation>Neuer Vergleich</translation>
    </message>
    <message>
        <source>New battle   N</source>
        <translation>Neuer Vergleich   N</translation>
    </message>
    <message>
        <source>Practice: does not count</source>
        <translation>Übung: zählt nicht</translation>
    </message>
    <message>
        <source>Skipped: no vote counts</source>
        <translation>Übersprungen: keine Stimme zählt</translation>
    </message>
    <message>
        <source>Your vote: {choice}</source>
        <translation>Ihre Stimme: {choice}</translation>
    </message>
</context>
<context>
    <name>ReviewHeader</name>
    <message>
        <source>Back to the list</source>
        <translation>Zurück zur Liste</translation>
    </message>
    <message>
        <source>Back to the list (Alt+Left)</source>
        <translation>Zurück zur Liste (Alt+Links)</translation>
    </message>
    <message>
        <source>Branch from {side}, step {step}, beside what happened</source>
        <translation>Abzweig von {side}, Schritt {step}, neben dem, was geschah</translation>
    </message>
    <message>
        <source>Copy a link to this moment</source>
        <translation>Link zu diesem Augenblick kopieren</translation>
    </message>
    <message>
        <source>Copy a link to this moment (Ctrl+Shift+C)</source>
        <translation>Link zu diesem Augenblick kopieren (Strg+Umschalt+C)</translation>
    </message>
    <message>
        <source>No vote</source>
        <translation>Keine Stimme</translation>
    </message>
    <message>
        <source>Retract your vote…</source>
        <translation>Ihre Stimme zurückziehen…</translation>
    </message>
    <message>
        <source>Retract your vote… (U)</source>
        <translation>Ihre Stimme zurückziehen… (U)</translation>
    </message>
    <message>
        <source>Retract…</source>
        <translation>Zurückziehen…</translation>
    </message>
    <message>
        <source>‹ History</source>
        <translation>‹ Verlauf</translation>
    </message>
</context>
<context>
    <name>ReviewPage</name>
    <message>
        <source>A link to this moment is on the clipboard.</source>
        <translation>Ein Link zu diesem Augenblick ist in der Zwischenablage.</translation>
    </message>
    <message>
        <source>Experiments begin at frames of the battle.</source>
        <translation>Experimente beginnen bei Bildern des Vergleichs.</translation>
    </message>
    <message>
        <source>Show the battle itself first.</source>
        <translation>Zuerst den Vergleich selbst zeigen.</translation>
    </message>
</context>
<context>
    <name>SaveDialog</name>
    <message>
        <source>Cancel saving</source>
        <translation>Speichern abbrechen</translation>
    </message>
    <message>
        <source>Cancelled. No file was written.</source>
        <translation>Abgebrochen. Es wurde keine Datei geschrieben.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Drawing…</source>
        <translation>Wird gezeichnet…</translation>
    </message>
    <message>
        <source>How much is written</source>
        <translation>Wie viel geschrieben ist</translation>
    </message>
    <message>
        <source>Picture {done} of {total}</source>
        <translation>Bild {done} von {total}</translation>
    </message>
    <message>
        <source>Replace the file</source>
        <translation>Datei ersetzen</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Save a picture or a video</source>
        <translation>Ein Bild oder ein Video speichern</translation>
    </message>
    <message>
        <source>Save pictures</source>
        <translation>Bilder speichern</translation>
    </message>
    <message>
        <source>Saved: {path}</source>
        <translation>Gespeichert: {path}</translation>
    </message>
    <message>
        <source>There is no replay on the stage to save.</source>
        <translation>Es ist keine Wiedergabe da, die gespeichert werden könnte.</translation>
    </message>
    <message>
        <source>Videos are written by PyAV, which is not installed.</source>
        <translation>Videos werden von PyAV geschrieben, das nicht installiert ist.</translation>
    </message>
</context>
<context>
    <name>SaveFields</name>
    <message>
        <source>A alone</source>
        <translation>nur A</translation>
    </message>
    <message>
        <source>A and B, side by side</source>
        <translation>A und B, nebeneinander</translation>
    </message>
    <message>
        <source>B alone</source>
        <translation>nur B</translation>
    </message>
    <message>
        <source>Contact sheet</source>
        <translation>Kontaktbogen</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Instruction and time</source>
        <translation>Anweisung und Zeit</translation>
    </message>
    <message>
        <source>MP4 (H.264)</source>
        <translation>MP4 (H.264)</translation>
    </message>
    <message>
        <source>Names of the models</source>
        <translation>Namen der Modelle</translation>
    </message>
    <message>
        <source>PNG, lossless</source>
        <translation>PNG, verlustfrei</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Range</source>
        <translation>Bereich</translation>
    </message>
    <message>
        <source>Sides</source>
        <translation>Seiten</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>The loop range</source>
        <translation>Der Bereich der Schleife</translation>
    </message>
    <message>
        <source>The whole replay</source>
        <translation>Die ganze Wiedergabe</translation>
    </message>
    <message>
        <source>This frame</source>
        <translation>Dieses Bild</translation>
    </message>
    <message>
        <source>Video</source>
        <translation>Video</translation>
    </message>
    <message>
        <source>WebM (VP9)</source>
        <translation>WebM (VP9)</translation>
    </message>
    <message>
        <source>WebP, moving</source>
        <translation>WebP, bewegt</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>Written on it</source>
        <translation>Beschriftung</translation>
    </message>
    <message>
        <source>{count} a second</source>
        <translation>{count} je Sekunde</translation>
    </message>
    <message>
        <source>{width} × {height} a side</source>
        <translation>{width} × {height} je Seite</translation>
    </message>
</context>
<context>
    <name>SavePlace</name>
    <message>
        <source>Browse for a folder</source>
        <translation>Nach einem Ordner suchen</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Durchsuchen…</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>Einen Ordner wählen</translation>
    </message>
    <message>
        <source>File name</source>
        <translation>Dateiname</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
</context>
<context>
    <name>SettingBar</name>
    <message>
        <source>All instructions of this scene (Down)</source>
        <translation>Alle Anweisungen dieser Szene (Pfeil ab)</translation>
    </message>
    <message>
        <source>Both robots carry out the instruction (Enter)</source>
        <translation>Beide Roboter führen die Anweisung aus (Enter)</translation>
    </message>
    <message>
        <source>Instruction</source>
        <translation>Anweisung</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Spielen</translation>
    </message>
    <message>
        <source>Play next turn</source>
        <translation>Nächste Runde</translation>
    </message>
    <message>
        <source>Practice: does not count</source>
        <translation>Übung: zählt nicht</translation>
    </message>
    <message>
        <source>Robot</source>
        <translation>Roboter</translation>
    </message>
    <message>
        <source>Scene</source>
        <translation>Szene</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Beginn</translation>
    </message>
    <message>
        <source>Surprise me: any task of any scene (R)</source>
        <translation>Überraschen lassen: irgendeine Aufgabe irgendeiner Szene (R)</translation>
    </message>
    <message>
        <source>What shall both robots do?</source>
        <translation>Was sollen beide Roboter tun?</translation>
    </message>
    <message>
        <source>Where the next turn starts</source>
        <translation>Wo die nächste Runde beginnt</translation>
    </message>
    <message>
        <source>from a fresh start</source>
        <translation>von vorn</translation>
    </message>
    <message>
        <source>from where each stopped</source>
        <translation>wo jeder stehen blieb</translation>
    </message>
    <message>
        <source>· all {turns} turns are played: vote now</source>
        <translation>· alle {turns} Runden sind gespielt: jetzt abstimmen</translation>
    </message>
    <message>
        <source>· not every model knows: {words}</source>
        <translation>· nicht jedes Modell kennt: {words}</translation>
    </message>
</context>
<context>
    <name>SettingRow</name>
    <message>
        <source>Set by {source}</source>
        <translation>Festgelegt durch {source}</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>A PEM file, where your laboratory has its own authority.</source>
        <translation>Eine PEM-Datei, wenn Ihr Labor eigene Zertifikate ausstellt.</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>Battles</source>
        <translation>Vergleiche</translation>
    </message>
    <message>
        <source>Cameras</source>
        <translation>Kameras</translation>
    </message>
    <message>
        <source>Central service</source>
        <translation>Zentraler Dienst</translation>
    </message>
    <message>
        <source>Certificates</source>
        <translation>Zertifikate</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Daemon&apos;s address</source>
        <translation>Adresse des Daemons</translation>
    </message>
    <message>
        <source>Empty: nothing is sent.</source>
        <translation>Leer: Es wird nichts gesendet.</translation>
    </message>
    <message>
        <source>Empty: one is started on this machine.</source>
        <translation>Leer: Einer wird auf diesem Rechner gestartet.</translation>
    </message>
    <message>
        <source>Evaluator</source>
        <translation>Gutachter</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>Gruppe</translation>
    </message>
    <message>
        <source>Hidden checks</source>
        <translation>Versteckte Prüfungen</translation>
    </message>
    <message>
        <source>In a hundred battles. They look like any other, are never rated, and show how sure votes are.</source>
        <translation>Unter hundert Vergleichen. Sie sehen aus wie alle anderen, zählen nie und zeigen, wie sicher Stimmen sind.</translation>
    </message>
    <message>
        <source>In control steps.</source>
        <translation>In Steuerschritten.</translation>
    </message>
    <message>
        <source>Kept in {path}. Changes by hand count at once.</source>
        <translation>Gespeichert in {path}. Änderungen von Hand gelten sofort.</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Longest episode</source>
        <translation>Längste Episode</translation>
    </message>
    <message>
        <source>Looks</source>
        <translation>Aussehen</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Of the daemon on this machine.</source>
        <translation>Des Daemons auf diesem Rechner.</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>Qualität</translation>
    </message>
    <message>
        <source>Replays</source>
        <translation>Wiedergaben</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>Such as a lab or a course.</source>
        <translation>Etwa ein Labor oder ein Kurs.</translation>
    </message>
    <message>
        <source>Who watches and votes here.</source>
        <translation>Wer hier zusieht und abstimmt.</translation>
    </message>
    <message>
        <source>Workers</source>
        <translation>Arbeitsprozesse</translation>
    </message>
    <message>
        <source>a daemon of our own</source>
        <translation>ein eigener Daemon</translation>
    </message>
    <message>
        <source>as suits the scene</source>
        <translation>wie es zur Szene passt</translation>
    </message>
    <message>
        <source>as the system</source>
        <translation>wie das System</translation>
    </message>
    <message>
        <source>as this computer can</source>
        <translation>wie dieser Rechner es kann</translation>
    </message>
    <message>
        <source>dark</source>
        <translation>dunkel</translation>
    </message>
    <message>
        <source>full: shadows, smooth edges</source>
        <translation>voll: Schatten, glatte Kanten</translation>
    </message>
    <message>
        <source>light</source>
        <translation>hell</translation>
    </message>
    <message>
        <source>move together</source>
        <translation>gemeinsam bewegen</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keiner</translation>
    </message>
    <message>
        <source>plain: without shadows</source>
        <translation>schlicht: ohne Schatten</translation>
    </message>
    <message>
        <source>soft: shadows when still</source>
        <translation>weich: Schatten im Stillstand</translation>
    </message>
    <message>
        <source>the system&apos;s</source>
        <translation>die des Systems</translation>
    </message>
</context>
<context>
    <name>SkipPanel</name>
    <message>
        <source>Back   Esc</source>
        <translation>Zurück   Esc</translation>
    </message>
    <message>
        <source>Back, without skipping</source>
        <translation>Zurück, ohne zu überspringen</translation>
    </message>
    <message>
        <source>Why skip it? The battle will count for nobody.</source>
        <translation>Warum überspringen? Der Vergleich zählt dann für niemanden.</translation>
    </message>
</context>
<context>
    <name>StepField</name>
    <message>
        <source>Step number</source>
        <translation>Nummer des Schritts</translation>
    </message>
    <message>
        <source>Type a step and press Enter (G)</source>
        <translation>Einen Schritt eintippen und Enter drücken (G)</translation>
    </message>
</context>
<context>
    <name>SyncMark</name>
    <message>
        <source>Not enrolled</source>
        <translation>Nicht angemeldet</translation>
    </message>
    <message>
        <source>Not synced</source>
        <translation>Nicht abgeglichen</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Offline</translation>
    </message>
    <message>
        <source>Synced</source>
        <translation>Abgeglichen</translation>
    </message>
    <message>
        <source>Syncing</source>
        <translation>Gleicht ab</translation>
    </message>
    <message>
        <source>{count} to sync</source>
        <translation>{count} offen</translation>
    </message>
</context>
<context>
    <name>SyncRow</name>
    <message>
        <source>Not taken by the service: {count}</source>
        <translation>Vom Dienst nicht angenommen: {count}</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Stand</translation>
    </message>
    <message>
        <source>Sync now</source>
        <translation>Jetzt abgleichen</translation>
    </message>
</context>
<context>
    <name>Syncing</name>
    <message>
        <source>1 vote waits to sync.</source>
        <translation>1 Stimme wartet auf den Abgleich.</translation>
    </message>
    <message>
        <source>Last synced {time}.</source>
        <translation>Zuletzt abgeglichen: {time}.</translation>
    </message>
    <message>
        <source>Never synced.</source>
        <translation>Noch nie abgeglichen.</translation>
    </message>
    <message>
        <source>No central service is set: everything stays on this machine.</source>
        <translation>Kein zentraler Dienst ist eingestellt: Alles bleibt auf diesem Rechner.</translation>
    </message>
    <message>
        <source>No vote waits to sync.</source>
        <translation>Keine Stimme wartet auf den Abgleich.</translation>
    </message>
    <message>
        <source>Syncing with the central service.</source>
        <translation>Abgleich mit dem zentralen Dienst.</translation>
    </message>
    <message>
        <source>The service lacks 1 episode: its file is gone or damaged here, or was not taken.</source>
        <translation>Dem Dienst fehlt 1 Episode: Ihre Datei ist hier verschwunden oder beschädigt, oder sie wurde nicht angenommen.</translation>
    </message>
    <message>
        <source>The service lacks {count} episodes: their files are gone or damaged here, or were not taken.</source>
        <translation>Dem Dienst fehlen {count} Episoden: Ihre Dateien sind hier verschwunden oder beschädigt, oder sie wurden nicht angenommen.</translation>
    </message>
    <message>
        <source>This workstation is not enrolled at the central service.</source>
        <translation>Dieser Rechner ist beim zentralen Dienst nicht angemeldet.</translation>
    </message>
    <message>
        <source>{count} votes wait to sync.</source>
        <translation>{count} Stimmen warten auf den Abgleich.</translation>
    </message>
</context>
<context>
    <name>TagRow</name>
    <message>
        <source>Add a tag</source>
        <translation>+ Merkmal</translation>
    </message>
    <message>
        <source>Tag: {tag}</source>
        <translation>Merkmal: {tag}</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>Position in the replay, in steps</source>
        <translation>Abspielposition, in Schritten</translation>
    </message>
    <message>
        <source>{seconds} s · step {step}</source>
        <translation>{seconds} s · Schritt {step}</translation>
    </message>
    <message>
        <source>{seconds} s, step {step} of {steps}</source>
        <translation>{seconds} s, Schritt {step} von {steps}</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>Menu</source>
        <translation>Menü</translation>
    </message>
    <message>
        <source>VLA Arena</source>
        <translation>VLA Arena</translation>
    </message>
</context>
<context>
    <name>Tour</name>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>No daemon is there to play.</source>
        <translation>Kein Daemon ist da, der spielt.</translation>
    </message>
    <message>
        <source>Practice battle</source>
        <translation>Übungsvergleich</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>Überspringen</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Los</translation>
    </message>
    <message>
        <source>The daemon is not ready yet: one moment.</source>
        <translation>Der Daemon ist noch nicht bereit: einen Augenblick.</translation>
    </message>
    <message>
        <source>{place} of {all}</source>
        <translation>{place} von {all}</translation>
    </message>
</context>
<context>
    <name>Transport</name>
    <message>
        <source>Both sides, A alone, B alone (F)</source>
        <translation>Beide Seiten, nur A, nur B (F)</translation>
    </message>
    <message>
        <source>Cameras</source>
        <translation>Kameras</translation>
    </message>
    <message>
        <source>Cameras ( [ and ] )</source>
        <translation>Kameras ( [ und ] )</translation>
    </message>
    <message>
        <source>Free camera (Esc)</source>
        <translation>Freie Kamera (Esc)</translation>
    </message>
    <message>
        <source>Loop (L); drag over the timeline with Shift to loop a part</source>
        <translation>Schleife (L); mit Umschalt über die Zeitleiste ziehen, um einen Teil zu wiederholen</translation>
    </message>
    <message>
        <source>Move both cameras together (S)</source>
        <translation>Beide Kameras gemeinsam bewegen (S)</translation>
    </message>
    <message>
        <source>One step back (Left)</source>
        <translation>Einen Schritt zurück (Pfeil links)</translation>
    </message>
    <message>
        <source>One step on (Right)</source>
        <translation>Einen Schritt weiter (Pfeil rechts)</translation>
    </message>
    <message>
        <source>Play or pause (Space)</source>
        <translation>Abspielen oder anhalten (Leertaste)</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>Speed (- and =)</source>
        <translation>Tempo (- und =)</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>To the end (End)</source>
        <translation>Zum Ende (Ende)</translation>
    </message>
    <message>
        <source>To the start (Home)</source>
        <translation>Zum Anfang (Pos1)</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} s</translation>
    </message>
</context>
<context>
    <name>TurnButton</name>
    <message>
        <source>Turn {number}</source>
        <translation>Runde {number}</translation>
    </message>
    <message>
        <source>Turn {number} · {instruction}</source>
        <translation>Runde {number} · {instruction}</translation>
    </message>
    <message>
        <source>Turn {number}: {instruction}</source>
        <translation>Runde {number}: {instruction}</translation>
    </message>
    <message>
        <source>Turn {number}: {instruction} (not watched to the end yet)</source>
        <translation>Runde {number}: {instruction} (noch nicht bis zum Ende angesehen)</translation>
    </message>
</context>
<context>
    <name>UndoBar</name>
    <message>
        <source>Reveal now   Enter</source>
        <translation>Jetzt auflösen   Enter</translation>
    </message>
    <message>
        <source>The names are told in {seconds} s.</source>
        <translation>Die Namen werden in {seconds} s genannt.</translation>
    </message>
    <message>
        <source>Time left to take the vote back</source>
        <translation>Verbleibende Zeit, die Stimme zurückzunehmen</translation>
    </message>
    <message>
        <source>Undo   U</source>
        <translation>Zurücknehmen   U</translation>
    </message>
    <message>
        <source>Your vote is kept: {choice}</source>
        <translation>Stimme gespeichert: {choice}</translation>
    </message>
</context>
<context>
    <name>Viewer</name>
    <message>
        <source>Replay of A</source>
        <translation>Wiedergabe von A</translation>
    </message>
    <message>
        <source>Replay of B</source>
        <translation>Wiedergabe von B</translation>
    </message>
</context>
<context>
    <name>VoteBar</name>
    <message>
        <source>A is better</source>
        <translation>A ist besser</translation>
    </message>
    <message>
        <source>B is better</source>
        <translation>B ist besser</translation>
    </message>
    <message>
        <source>Both bad</source>
        <translation>Beide schlecht</translation>
    </message>
    <message>
        <source>Comment, tags, progress</source>
        <translation>Kommentar, Merkmale, Fortschritt</translation>
    </message>
    <message>
        <source>Confirm  ⏎</source>
        <translation>Bestätigen  ⏎</translation>
    </message>
    <message>
        <source>Confirm the vote</source>
        <translation>Die Stimme bestätigen</translation>
    </message>
    <message>
        <source>I have seen enough</source>
        <translation>Genug gesehen</translation>
    </message>
    <message>
        <source>Press Enter to confirm.</source>
        <translation>Mit Enter bestätigen.</translation>
    </message>
    <message>
        <source>Skip…  0</source>
        <translation>Überspringen…  0</translation>
    </message>
    <message>
        <source>Tie</source>
        <translation>Unentschieden</translation>
    </message>
    <message>
        <source>Watch {percent} % more of both replays to vote.</source>
        <translation>Noch {percent} % beider Wiedergaben ansehen.</translation>
    </message>
    <message>
        <source>Which robot did it better?</source>
        <translation>Welcher Roboter war besser?</translation>
    </message>
    <message>
        <source>With it: {remarks}</source>
        <translation>Dazu: {remarks}</translation>
    </message>
</context>
<context>
    <name>WelcomeBar</name>
    <message>
        <source>A battle among the baselines that come with the arena. It does not count.</source>
        <translation>Ein Vergleich unter den Modellen, die mit der Arena kommen. Er zählt nicht.</translation>
    </message>
    <message>
        <source>Any task of any scene that fits</source>
        <translation>Irgendeine passende Aufgabe irgendeiner Szene</translation>
    </message>
    <message>
        <source>Continue it   B</source>
        <translation>Fortsetzen   B</translation>
    </message>
    <message>
        <source>Continue the open battle</source>
        <translation>Den offenen Vergleich fortsetzen</translation>
    </message>
    <message>
        <source>Give it up</source>
        <translation>Aufgeben</translation>
    </message>
    <message>
        <source>Give the open battle up</source>
        <translation>Den offenen Vergleich aufgeben</translation>
    </message>
    <message>
        <source>It is to be watched again; the names are still unknown.</source>
        <translation>Er ist noch einmal anzusehen; die Namen sind weiterhin unbekannt.</translation>
    </message>
    <message>
        <source>Its {turns} turns are to be watched again; the names are still unknown.</source>
        <translation>Seine {turns} Runden sind noch einmal anzusehen; die Namen sind weiterhin unbekannt.</translation>
    </message>
    <message>
        <source>New battle</source>
        <translation>Neuer Vergleich</translation>
    </message>
    <message>
        <source>New battle   N</source>
        <translation>Neuer Vergleich   N</translation>
    </message>
    <message>
        <source>No daemon is there to play. The pill at the top right connects again.</source>
        <translation>Kein Daemon ist da, der spielt. Der Knopf oben rechts verbindet neu.</translation>
    </message>
    <message>
        <source>One moment: the daemon that plays the robots is not ready yet.</source>
        <translation>Einen Augenblick: Der Daemon, der die Roboter spielt, ist noch nicht bereit.</translation>
    </message>
    <message>
        <source>Practice</source>
        <translation>Übung</translation>
    </message>
    <message>
        <source>Practice: does not count</source>
        <translation>Übung: zählt nicht</translation>
    </message>
    <message>
        <source>Ready for a battle. Press Enter in the instruction box to play it.</source>
        <translation>Bereit für einen Vergleich. Enter im Feld der Anweisung spielt ihn.</translation>
    </message>
    <message>
        <source>Surprise me</source>
        <translation>Überraschung</translation>
    </message>
    <message>
        <source>Surprise me   R</source>
        <translation>Überraschung   R</translation>
    </message>
    <message>
        <source>The turn was not played. Press Enter in the instruction box to play it again.</source>
        <translation>Die Runde wurde nicht gespielt. Enter im Feld der Anweisung spielt sie noch einmal.</translation>
    </message>
    <message>
        <source>Two anonymous models carry out the same instruction. Watch both, vote, and only then learn their names.</source>
        <translation>Zwei anonyme Modelle führen dieselbe Anweisung aus. Sehen Sie beide an, stimmen Sie ab; erst dann erfahren Sie die Namen.</translation>
    </message>
    <message>
        <source>You left a battle open: “{instruction}”</source>
        <translation>Ein Vergleich ist noch offen: „{instruction}“</translation>
    </message>
</context>
<context>
    <name>WinMatrix</name>
    <message>
        <source>Choose a cell to see its votes, and a vote to see its battle.</source>
        <translation>Wählen Sie ein Feld, um seine Stimmen zu sehen, und eine Stimme, um ihren Vergleich zu sehen.</translation>
    </message>
    <message>
        <source>Open the battle</source>
        <translation>Vergleich öffnen</translation>
    </message>
    <message>
        <source>The votes themselves are at the central service, on its pages.</source>
        <translation>Die Stimmen selbst liegen beim zentralen Dienst, auf seinen Seiten.</translation>
    </message>
    <message>
        <source>Votes of the cell</source>
        <translation>Stimmen des Feldes</translation>
    </message>
    <message>
        <source>Who beat whom</source>
        <translation>Wer schlug wen</translation>
    </message>
    <message>
        <source>{about} · votes: {count}</source>
        <translation>{about} · Stimmen: {count}</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>Battle</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Leaderboard</source>
        <translation>Rangliste</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>The diagnostics are on the clipboard.</source>
        <translation>Die Diagnose ist in der Zwischenablage.</translation>
    </message>
    <message>
        <source>VLA Arena</source>
        <translation>VLA Arena</translation>
    </message>
</context>
<context>
    <name>_CommentEditor</name>
    <message>
        <source>Comment on this sitting</source>
        <translation>Kommentar zu dieser Sitzung</translation>
    </message>
</context>
<context>
    <name>_SeenSide</name>
    <message>
        <source>It reads the simulator&apos;s state, not pictures.</source>
        <translation>Es liest den Zustand der Simulation, keine Bilder.</translation>
    </message>
    <message>
        <source>It sees no pictures.</source>
        <translation>Es sieht keine Bilder.</translation>
    </message>
    <message>
        <source>The daemon does not know this model any more, so its cameras are unknown.</source>
        <translation>Der Daemon kennt dieses Modell nicht mehr; daher sind seine Kameras unbekannt.</translation>
    </message>
    <message>
        <source>step {step}: it last looked at {looked}</source>
        <translation>Schritt {step}: zuletzt hingesehen bei {looked}</translation>
    </message>
    <message>
        <source>step {step}: it looks</source>
        <translation>Schritt {step}: es sieht hin</translation>
    </message>
    <message>
        <source>step {step}: the end</source>
        <translation>Schritt {step}: das Ende</translation>
    </message>
</context>
<context>
    <name>_SidePanel</name>
    <message>
        <source>no success in {steps} steps</source>
        <translation>kein Erfolg in {steps} Schritten</translation>
    </message>
    <message>
        <source>succeeded in {steps} steps</source>
        <translation>Erfolg in {steps} Schritten</translation>
    </message>
    <message>
        <source>{steps} steps</source>
        <translation>{steps} Schritte</translation>
    </message>
</context>
<context>
    <name>_Thumbnail</name>
    <message>
        <source>What {side}&apos;s policy saw through the camera {camera}</source>
        <translation>Was das Modell von {side} durch die Kamera {camera} sah</translation>
    </message>
    <message>
        <source>{camera} · {width} × {height}</source>
        <translation>{camera} · {width} × {height}</translation>
    </message>
</context>
<context>
    <name>app</name>
    <message>
        <source>VLA Arena is open already; its window was brought to the front.</source>
        <translation>VLA Arena ist schon offen; das Fenster wurde nach vorn geholt.</translation>
    </message>
</context>
<context>
    <name>battle_commands</name>
    <message>
        <source>A is better</source>
        <translation>A ist besser</translation>
    </message>
    <message>
        <source>B is better</source>
        <translation>B ist besser</translation>
    </message>
    <message>
        <source>Back to the vote</source>
        <translation>Zurück zur Abstimmung</translation>
    </message>
    <message>
        <source>Back; free the camera</source>
        <translation>Zurück; Kamera freigeben</translation>
    </message>
    <message>
        <source>Battle</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>Both bad</source>
        <translation>Beide schlecht</translation>
    </message>
    <message>
        <source>Cancel this turn</source>
        <translation>Diese Runde abbrechen</translation>
    </message>
    <message>
        <source>Comment, tags, progress</source>
        <translation>Kommentar, Merkmale, Fortschritt</translation>
    </message>
    <message>
        <source>Confirm the vote; then the names</source>
        <translation>Die Stimme bestätigen; dann die Namen</translation>
    </message>
    <message>
        <source>Continue the battle left open</source>
        <translation>Den offenen Vergleich fortsetzen</translation>
    </message>
    <message>
        <source>Give the battle left open up</source>
        <translation>Den offenen Vergleich aufgeben</translation>
    </message>
    <message>
        <source>I have seen enough</source>
        <translation>Genug gesehen</translation>
    </message>
    <message>
        <source>New battle</source>
        <translation>Neuer Vergleich</translation>
    </message>
    <message>
        <source>Next turn, from where each stopped</source>
        <translation>Nächste Runde, von wo jeder stehen blieb</translation>
    </message>
    <message>
        <source>Practice: does not count</source>
        <translation>Übung: zählt nicht</translation>
    </message>
    <message>
        <source>Reason to skip</source>
        <translation>Grund, zu überspringen</translation>
    </message>
    <message>
        <source>Skip with a reason</source>
        <translation>Mit einem Grund überspringen</translation>
    </message>
    <message>
        <source>Surprise me: any task</source>
        <translation>Überraschung: irgendeine Aufgabe</translation>
    </message>
    <message>
        <source>Take the vote back</source>
        <translation>Die Stimme zurücknehmen</translation>
    </message>
    <message>
        <source>Tie</source>
        <translation>Unentschieden</translation>
    </message>
    <message>
        <source>Type an instruction</source>
        <translation>Eine Anweisung eintippen</translation>
    </message>
    <message>
        <source>Vote</source>
        <translation>Abstimmung</translation>
    </message>
</context>
<context>
    <name>board</name>
    <message>
        <source>A 95 % interval. “These evaluators”: other battles, the same people. “Evaluators in general”: other people, too; it needs three of them and is never narrower. Ranks are those that 95 % of what the votes leave possible would give.</source>
        <translation>Ein Intervall zu 95 %. „Diese Gutachter“: andere Vergleiche, dieselben Menschen. „Gutachter allgemein“: auch andere Menschen; dafür braucht es drei, und es ist nie schmaler. Die Ränge sind jene, die 95 % dessen ergeben, was die Stimmen offen lassen.</translation>
    </message>
    <message>
        <source>A ring instead of a dot: too few battles, a wide interval, or no chain of preferences to the others. Such a model stands where the low end of its interval would stand, so that nobody leads by one lucky battle; the ratings of the others do not depend on it. Do not act on such a rank.</source>
        <translation>Ein Ring statt eines Punktes: zu wenige Vergleiche, ein breites Intervall oder keine Kette von Urteilen zu den anderen. Ein solches Modell steht dort, wo das untere Ende seines Intervalls stünde, damit niemand durch einen einzigen glücklichen Vergleich führt; die Wertungen der anderen hängen nicht davon ab. Bauen Sie nicht auf einen solchen Rang.</translation>
    </message>
    <message>
        <source>Accept­able</source>
        <translation>Annehm­bar</translation>
    </message>
    <message>
        <source>All robots</source>
        <translation>Alle Roboter</translation>
    </message>
    <message>
        <source>All scenes</source>
        <translation>Alle Szenen</translation>
    </message>
    <message>
        <source>All tasks</source>
        <translation>Alle Aufgaben</translation>
    </message>
    <message>
        <source>All votes alike</source>
        <translation>Alle Stimmen gleich</translation>
    </message>
    <message>
        <source>All votes count alike unless the policy is chosen that weighs evaluators who stand out. Nobody is dropped silently: both boards are always there, and the reasons are named below. Somebody who votes for one model alone moves the plain board by every vote; the policy needs at least ten votes to notice, and does not see a rigger who hides well.</source>
        <translation>Alle Stimmen zählen gleich, solange nicht die Gewichtung gewählt ist, die auffälligen Gutachtern weniger Gewicht gibt. Niemand wird stillschweigend ausgelassen: Beide Listen gibt es immer, und die Gründe stehen unten. Wer nur für ein Modell stimmt, verschiebt die gleiche Liste mit jeder Stimme; die Gewichtung braucht mindestens zehn Stimmen, um es zu bemerken, und sieht niemanden, der sich gut verbirgt.</translation>
    </message>
    <message>
        <source>Any group</source>
        <translation>Alle Gruppen</translation>
    </message>
    <message>
        <source>Any time</source>
        <translation>Alle Zeiten</translation>
    </message>
    <message>
        <source>Battles</source>
        <translation>Ver­gleiche</translation>
    </message>
    <message>
        <source>Better than the next with a probability of {chance:.0%}.</source>
        <translation>Mit einer Wahrscheinlichkeit von {chance:.0%} besser als das nächste.</translation>
    </message>
    <message>
        <source>Between…</source>
        <translation>Zwischen…</translation>
    </message>
    <message>
        <source>Both bad</source>
        <translation>Beide schlecht</translation>
    </message>
    <message>
        <source>Both bad as a tie</source>
        <translation>Beide schlecht = gleich</translation>
    </message>
    <message>
        <source>By robot: {ratings}.</source>
        <translation>Je Roboter: {ratings}.</translation>
    </message>
    <message>
        <source>Central service</source>
        <translation>Zentraler Dienst</translation>
    </message>
    <message>
        <source>Elo</source>
        <translation>Elo</translation>
    </message>
    <message>
        <source>Evaluator</source>
        <translation>Gutachter</translation>
    </message>
    <message>
        <source>Evaluators</source>
        <translation>Gutachter</translation>
    </message>
    <message>
        <source>Evaluators in general</source>
        <translation>Gutachter allgemein</translation>
    </message>
    <message>
        <source>Evaluators weighed</source>
        <translation>Gutachter gewichtet</translation>
    </message>
    <message>
        <source>Evalu­ators</source>
        <translation>Gut­achter</translation>
    </message>
    <message>
        <source>Evidence that may be looked at after every battle and decides wrongly in 5 of 100 cases at most. Who looks around finds the most striking pair: without a promise each of them needs evidence enough for all pairs of the board. A promise names how many pairs are watched, and counts the battles after it alone.</source>
        <translation>Belege, die man nach jedem Vergleich ansehen darf und die in höchstens 5 von 100 Fällen falsch entscheiden. Wer sich umsieht, findet das auffälligste Paar: Ohne Zusage braucht jedes Paar Belege, die für alle Paare der Rangliste reichen. Eine Zusage nennt, wie viele Paare beobachtet werden, und zählt nur die Vergleiche nach ihr.</translation>
    </message>
    <message>
        <source>For comparison only: it depends on the order in which the same votes were cast (K 32).</source>
        <translation>Nur zum Vergleich: Sie hängt von der Reihenfolge ab, in der dieselben Stimmen abgegeben wurden (K 32).</translation>
    </message>
    <message>
        <source>For comparison: Elo depends on the order of the votes</source>
        <translation>Zum Vergleich: Elo hängt von der Reihenfolge der Stimmen ab</translation>
    </message>
    <message>
        <source>Hidden checks, practice, named models and given seeds are never rated, nor are votes from the command line or simulated ones.</source>
        <translation>Versteckte Prüfungen, Übungen, genannte Modelle und vorgegebene Startzahlen zählen nie, ebenso wenig Stimmen von der Befehlszeile oder simulierte.</translation>
    </message>
    <message>
        <source>Is one better yet?</source>
        <translation>Ist eines schon besser?</translation>
    </message>
    <message>
        <source>It says nothing about which model is better, so it stays out of the rating and is told as the acceptable rate: votes that did not find both bad. On wish it counts as a tie, as LM Arena counts it.</source>
        <translation>Das sagt nicht, welches Modell besser ist. Es bleibt aus der Wertung und steht als Anteil Annehmbar daneben: Stimmen, die nicht beide schlecht fanden. Auf Wunsch zählt es als gleich gut, wie bei LM Arena.</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>Letzte 30 Tage</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>Letzte 7 Tage</translation>
    </message>
    <message>
        <source>Leaderboard</source>
        <translation>Rangliste</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Not counted</source>
        <translation>Nicht gezählt</translation>
    </message>
    <message>
        <source>Organization</source>
        <translation>Organi­sation</translation>
    </message>
    <message>
        <source>Over all robots a rating is the mean over the robots, every robot alike, however many votes it has.</source>
        <translation>Über alle Roboter ist eine Wertung das Mittel über die Roboter, jeder gleich, wie viele Stimmen er auch hat.</translation>
    </message>
    <message>
        <source>Provisional</source>
        <translation>Vorläufig</translation>
    </message>
    <message>
        <source>Provisional: {reasons}.</source>
        <translation>Vorläufig: {reasons}.</translation>
    </message>
    <message>
        <source>Rank</source>
        <translation>Rang</translation>
    </message>
    <message>
        <source>Rating</source>
        <translation>Bewertung</translation>
    </message>
    <message>
        <source>Several robots</source>
        <translation>Mehrere Roboter</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>Aufgabe</translation>
    </message>
    <message>
        <source>The rating that makes all votes together most likely (Bradley-Terry with ties after Davidson, drawn a little towards the middle). 1500 is the mean of the models shown, in which those with few battles count less; a lead of 120 points means about two wins for each loss. The order of the votes does not matter.</source>
        <translation>Die Wertung, die alle Stimmen zusammen am wahrscheinlichsten macht (Bradley-Terry mit Gleichständen nach Davidson, ein wenig zur Mitte gezogen). 1500 ist das Mittel der gezeigten Modelle, in dem solche mit wenigen Vergleichen weniger zählen; ein Vorsprung von 120 Punkten heißt etwa zwei Siege je Niederlage. Die Reihenfolge der Stimmen ist gleichgültig.</translation>
    </message>
    <message>
        <source>These evaluators</source>
        <translation>Diese Gutachter</translation>
    </message>
    <message>
        <source>This workstation</source>
        <translation>Dieser Rechner</translation>
    </message>
    <message>
        <source>Vote</source>
        <translation>Stimme</translation>
    </message>
    <message>
        <source>Votes</source>
        <translation>Stimmen</translation>
    </message>
    <message>
        <source>Votes that did not call both bad; with its 95 % interval in the exports</source>
        <translation>Stimmen, die nicht beide schlecht fanden; mit ihrem Intervall (95 %) in den gespeicherten Dateien</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
    <message>
        <source>Whiskers</source>
        <translation>Intervalle</translation>
    </message>
    <message>
        <source>Without any one evaluator: rank {ranks}.</source>
        <translation>Ohne irgendeinen der Gutachter: Rang {ranks}.</translation>
    </message>
    <message>
        <source>a robot is missing on which it never played</source>
        <translation>ein Roboter fehlt, auf dem es nie spielte</translation>
    </message>
    <message>
        <source>cast many times more votes than most</source>
        <translation>gab vielfach mehr Stimmen ab als die meisten</translation>
    </message>
    <message>
        <source>favours one model far beyond what the others see</source>
        <translation>bevorzugt ein Modell weit über das hinaus, was die anderen sehen</translation>
    </message>
    <message>
        <source>fewer than {battles} battles told a preference</source>
        <translation>weniger als {battles} Vergleiche mit einem Urteil</translation>
    </message>
    <message>
        <source>its interval is wider than {points:.0f} points</source>
        <translation>das Intervall ist breiter als {points:.0f} Punkte</translation>
    </message>
    <message>
        <source>judged own pairs the other way round when their sides were exchanged</source>
        <translation>beurteilte eigene Paare umgekehrt, als ihre Seiten vertauscht waren</translation>
    </message>
    <message>
        <source>no chain of preferences connects all models</source>
        <translation>keine Kette von Urteilen verbindet alle Modelle</translation>
    </message>
    <message>
        <source>preferred an arm that does nothing</source>
        <translation>zog einen Arm vor, der nichts tut</translation>
    </message>
    <message>
        <source>prefers one side whatever stands there</source>
        <translation>bevorzugt eine Seite, was auch dort steht</translation>
    </message>
    <message>
        <source>the central service says so</source>
        <translation>so sagt es der zentrale Dienst</translation>
    </message>
    <message>
        <source>votes unlike everyone else</source>
        <translation>stimmt anders als alle anderen</translation>
    </message>
    <message>
        <source>{name}: nobody has called it better, worse or as good yet.</source>
        <translation>{name}: Noch niemand hat es besser, schlechter oder gleich gut genannt.</translation>
    </message>
    <message>
        <source>{name}: {rating:.0f}, between {low:.0f} and {high:.0f}; rank {ranks}.</source>
        <translation>{name}: {rating:.0f}, zwischen {low:.0f} und {high:.0f}; Rang {ranks}.</translation>
    </message>
    <message>
        <source>{one} against {other}: won {wins}, lost {losses}, ties {ties}, both bad {bad}; votes {votes}</source>
        <translation>{one} gegen {other}: gewonnen {wins}, verloren {losses}, gleich gut {ties}, beide schlecht {bad}; Stimmen {votes}</translation>
    </message>
    <message>
        <source>{one} and {other} have not met.</source>
        <translation>{one} und {other} sind sich nicht begegnet.</translation>
    </message>
    <message>
        <source>{robot} {rating:.0f} ± {reach:.0f}</source>
        <translation>{robot} {rating:.0f} ± {reach:.0f}</translation>
    </message>
</context>
<context>
    <name>board_commands</name>
    <message>
        <source>Count: {choice}</source>
        <translation>Zählweise: {choice}</translation>
    </message>
    <message>
        <source>Export the board…</source>
        <translation>Rangliste speichern…</translation>
    </message>
    <message>
        <source>Group: {choice}</source>
        <translation>Gruppe: {choice}</translation>
    </message>
    <message>
        <source>Include unrated battles, or no longer</source>
        <translation>Ungewertete Vergleiche mitzählen oder nicht mehr</translation>
    </message>
    <message>
        <source>Leaderboard</source>
        <translation>Rangliste</translation>
    </message>
    <message>
        <source>Robot: {choice}</source>
        <translation>Roboter: {choice}</translation>
    </message>
    <message>
        <source>Scene: {choice}</source>
        <translation>Szene: {choice}</translation>
    </message>
    <message>
        <source>Show the board</source>
        <translation>Liste zeigen</translation>
    </message>
    <message>
        <source>Show the method</source>
        <translation>Verfahren zeigen</translation>
    </message>
    <message>
        <source>Show whether one is better yet</source>
        <translation>Zeigen, ob eines schon besser ist</translation>
    </message>
    <message>
        <source>Show who beat whom</source>
        <translation>Zeigen, wer wen schlug</translation>
    </message>
    <message>
        <source>Task: {choice}</source>
        <translation>Aufgabe: {choice}</translation>
    </message>
    <message>
        <source>Votes of: {choice}</source>
        <translation>Stimmen: {choice}</translation>
    </message>
    <message>
        <source>When: {choice}</source>
        <translation>Zeitraum: {choice}</translation>
    </message>
    <message>
        <source>Whiskers: {choice}</source>
        <translation>Intervalle: {choice}</translation>
    </message>
</context>
<context>
    <name>choices</name>
    <message>
        <source>A is better</source>
        <translation>A ist besser</translation>
    </message>
    <message>
        <source>B is better</source>
        <translation>B ist besser</translation>
    </message>
    <message>
        <source>Both bad</source>
        <translation>Beide schlecht</translation>
    </message>
    <message>
        <source>Hidden check: one model, twice</source>
        <translation>Versteckte Prüfung: ein Modell, zweimal</translation>
    </message>
    <message>
        <source>Hidden check: one side was idle on purpose</source>
        <translation>Versteckte Prüfung: eine Seite ruhte mit Absicht</translation>
    </message>
    <message>
        <source>Hidden check: your own pair, mirrored</source>
        <translation>Versteckte Prüfung: Ihr Paar, gespiegelt</translation>
    </message>
    <message>
        <source>It counts for no rating. Thank you!</source>
        <translation>Sie zählt für keine Wertung. Danke!</translation>
    </message>
    <message>
        <source>Tie</source>
        <translation>Unentschieden</translation>
    </message>
    <message>
        <source>retracted</source>
        <translation>zurückgezogen</translation>
    </message>
</context>
<context>
    <name>events</name>
    <message>
        <source>Event</source>
        <translation>Ereignis</translation>
    </message>
    <message>
        <source>Side</source>
        <translation>Seite</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>collided with the table</source>
        <translation>Zusammenstoß mit dem Tisch</translation>
    </message>
    <message>
        <source>collided with the {other}, not with the fingers</source>
        <translation>Zusammenstoß mit: {other}, nicht mit den Fingern</translation>
    </message>
    <message>
        <source>dropped the {subject} on: {other}</source>
        <translation>{subject} fallen gelassen auf: {other}</translation>
    </message>
    <message>
        <source>grasped the {subject}</source>
        <translation>{subject} gegriffen</translation>
    </message>
    <message>
        <source>lifted the {subject}</source>
        <translation>{subject} angehoben</translation>
    </message>
    <message>
        <source>placed the {subject} on: {other}</source>
        <translation>{subject} abgelegt auf: {other}</translation>
    </message>
    <message>
        <source>the task is done</source>
        <translation>die Aufgabe ist erfüllt</translation>
    </message>
    <message>
        <source>the {subject} collided with the {other}</source>
        <translation>Zusammenstoß: {subject} mit {other}</translation>
    </message>
    <message>
        <source>touched the {subject}</source>
        <translation>{subject} berührt</translation>
    </message>
</context>
<context>
    <name>evidence</name>
    <message>
        <source>After the vote</source>
        <translation>Nach der Abstimmung</translation>
    </message>
</context>
<context>
    <name>filters</name>
    <message>
        <source>Abandoned</source>
        <translation>Aufgegeben</translation>
    </message>
    <message>
        <source>Any evaluator</source>
        <translation>Alle Gutachter</translation>
    </message>
    <message>
        <source>Any kind</source>
        <translation>Alle Arten</translation>
    </message>
    <message>
        <source>Any model</source>
        <translation>Alle Modelle</translation>
    </message>
    <message>
        <source>Any robot</source>
        <translation>Alle Roboter</translation>
    </message>
    <message>
        <source>Any scene</source>
        <translation>Alle Szenen</translation>
    </message>
    <message>
        <source>Any time</source>
        <translation>Alle Zeiten</translation>
    </message>
    <message>
        <source>Any vote</source>
        <translation>Alle Stimmen</translation>
    </message>
    <message>
        <source>Between…</source>
        <translation>Zwischen…</translation>
    </message>
    <message>
        <source>Chosen models</source>
        <translation>Gewählte Modelle</translation>
    </message>
    <message>
        <source>Experiment</source>
        <translation>Experiment</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>Letzte 30 Tage</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>Letzte 7 Tage</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Offen</translation>
    </message>
    <message>
        <source>Practice</source>
        <translation>Übung</translation>
    </message>
    <message>
        <source>Rated</source>
        <translation>Gewertet</translation>
    </message>
    <message>
        <source>Retracted</source>
        <translation>Zurückgezogen</translation>
    </message>
    <message>
        <source>Skipped</source>
        <translation>Übersprungen</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Voted</source>
        <translation>Abgestimmt</translation>
    </message>
</context>
<context>
    <name>history</name>
    <message>
        <source>Clear filters</source>
        <translation>Filter löschen</translation>
    </message>
    <message>
        <source>Comment on the sitting</source>
        <translation>Die Sitzung kommentieren</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Instruction</source>
        <translation>Anweisung</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Open the link on the clipboard</source>
        <translation>Den Link aus der Zwischenablage öffnen</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Sitting</source>
        <translation>Sitzung</translation>
    </message>
    <message>
        <source>Turns</source>
        <translation>Runden</translation>
    </message>
    <message>
        <source>Turns, and after the plus the branches made from their frames</source>
        <translation>Runden; nach dem Plus die Abzweige von ihren Bildern</translation>
    </message>
    <message>
        <source>Vote</source>
        <translation>Stimme</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
    <message>
        <source>Who evaluated, and a comment on the whole sitting: F2 writes it</source>
        <translation>Wer geurteilt hat, und ein Kommentar zur ganzen Sitzung: F2 schreibt ihn</translation>
    </message>
    <message>
        <source>abandoned</source>
        <translation>aufgegeben</translation>
    </message>
    <message>
        <source>chosen</source>
        <translation>gewählt</translation>
    </message>
    <message>
        <source>experiment</source>
        <translation>Experiment</translation>
    </message>
    <message>
        <source>hidden check</source>
        <translation>versteckte Prüfung</translation>
    </message>
    <message>
        <source>open</source>
        <translation>offen</translation>
    </message>
    <message>
        <source>practice</source>
        <translation>Übung</translation>
    </message>
    <message>
        <source>skipped</source>
        <translation>übersprungen</translation>
    </message>
</context>
<context>
    <name>keys</name>
    <message>
        <source>Replay</source>
        <translation>Wiedergabe</translation>
    </message>
</context>
<context>
    <name>notes</name>
    <message>
        <source>Note</source>
        <translation>Notiz</translation>
    </message>
    <message>
        <source>Side</source>
        <translation>Seite</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>withdrawn: {text}</source>
        <translation>zurückgezogen: {text}</translation>
    </message>
</context>
<context>
    <name>plots</name>
    <message>
        <source>Actions</source>
        <translation>Aktionen</translation>
    </message>
    <message>
        <source>Distance {a}–{b}</source>
        <translation>Abstand {a}–{b}</translation>
    </message>
    <message>
        <source>Gripper</source>
        <translation>Greifer</translation>
    </message>
    <message>
        <source>Joints</source>
        <translation>Gelenke</translation>
    </message>
    <message>
        <source>gripper</source>
        <translation>Greifer</translation>
    </message>
    <message>
        <source>width</source>
        <translation>Öffnung</translation>
    </message>
</context>
<context>
    <name>reasons</name>
    <message>
        <source>I have a conflict of interest</source>
        <translation>Ich bin befangen</translation>
    </message>
    <message>
        <source>I recognise a model</source>
        <translation>Ich erkenne ein Modell</translation>
    </message>
    <message>
        <source>Something else</source>
        <translation>Etwas anderes</translation>
    </message>
    <message>
        <source>The instruction is unclear</source>
        <translation>Die Anweisung ist unklar</translation>
    </message>
    <message>
        <source>The replay has a fault</source>
        <translation>Die Wiedergabe hat einen Fehler</translation>
    </message>
    <message>
        <source>The scene is broken</source>
        <translation>Die Szene ist kaputt</translation>
    </message>
</context>
<context>
    <name>replay</name>
    <message>
        <source>Begin the looped part here</source>
        <translation>Die Schleife hier beginnen</translation>
    </message>
    <message>
        <source>Both sides, A alone, B alone</source>
        <translation>Beide Seiten, nur A, nur B</translation>
    </message>
    <message>
        <source>Cameras</source>
        <translation>Kameras</translation>
    </message>
    <message>
        <source>Clear the looped part, free the camera</source>
        <translation>Schleife aufheben, Kamera freigeben</translation>
    </message>
    <message>
        <source>End the looped part here</source>
        <translation>Die Schleife hier beenden</translation>
    </message>
    <message>
        <source>Faster</source>
        <translation>Schneller</translation>
    </message>
    <message>
        <source>Go to a step by its number</source>
        <translation>Zu einem Schritt nach seiner Nummer</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>Schleife</translation>
    </message>
    <message>
        <source>Move both cameras together</source>
        <translation>Beide Kameras gemeinsam bewegen</translation>
    </message>
    <message>
        <source>Next camera</source>
        <translation>Nächste Kamera</translation>
    </message>
    <message>
        <source>Next turn</source>
        <translation>Nächste Runde</translation>
    </message>
    <message>
        <source>One step back</source>
        <translation>Einen Schritt zurück</translation>
    </message>
    <message>
        <source>One step on</source>
        <translation>Einen Schritt weiter</translation>
    </message>
    <message>
        <source>Play or pause</source>
        <translation>Abspielen oder anhalten</translation>
    </message>
    <message>
        <source>Previous camera</source>
        <translation>Vorige Kamera</translation>
    </message>
    <message>
        <source>Previous turn</source>
        <translation>Vorige Runde</translation>
    </message>
    <message>
        <source>Replay</source>
        <translation>Wiedergabe</translation>
    </message>
    <message>
        <source>Slower</source>
        <translation>Langsamer</translation>
    </message>
    <message>
        <source>Ten steps back</source>
        <translation>Zehn Schritte zurück</translation>
    </message>
    <message>
        <source>Ten steps on</source>
        <translation>Zehn Schritte weiter</translation>
    </message>
    <message>
        <source>To the end</source>
        <translation>Zum Ende</translation>
    </message>
    <message>
        <source>To the next mark</source>
        <translation>Zur nächsten Marke</translation>
    </message>
    <message>
        <source>To the previous mark</source>
        <translation>Zur vorigen Marke</translation>
    </message>
    <message>
        <source>To the start</source>
        <translation>Zum Anfang</translation>
    </message>
</context>
<context>
    <name>review</name>
    <message>
        <source>Back to the list</source>
        <translation>Zurück zur Liste</translation>
    </message>
    <message>
        <source>Branch from here</source>
        <translation>Hier abzweigen</translation>
    </message>
    <message>
        <source>Close the form; free the camera</source>
        <translation>Formular schließen; Kamera freigeben</translation>
    </message>
    <message>
        <source>Copy a link to this moment</source>
        <translation>Link zu diesem Augenblick kopieren</translation>
    </message>
    <message>
        <source>Next branch, or the battle again</source>
        <translation>Nächster Abzweig, oder wieder der Vergleich</translation>
    </message>
    <message>
        <source>Reproduce A</source>
        <translation>A nachspielen</translation>
    </message>
    <message>
        <source>Reproduce B</source>
        <translation>B nachspielen</translation>
    </message>
    <message>
        <source>Retract your vote…</source>
        <translation>Ihre Stimme zurückziehen…</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Rückblick</translation>
    </message>
</context>
<context>
    <name>tags</name>
    <message>
        <source>almost</source>
        <translation>beinahe</translation>
    </message>
    <message>
        <source>collision</source>
        <translation>Kollision</translation>
    </message>
    <message>
        <source>dropped it</source>
        <translation>verloren</translation>
    </message>
    <message>
        <source>hesitant</source>
        <translation>zögerlich</translation>
    </message>
    <message>
        <source>jerky</source>
        <translation>ruckartig</translation>
    </message>
    <message>
        <source>missed grasp</source>
        <translation>Fehlgriff</translation>
    </message>
    <message>
        <source>unsafe</source>
        <translation>gefährlich</translation>
    </message>
    <message>
        <source>wrong object</source>
        <translation>falsches Objekt</translation>
    </message>
</context>
<context>
    <name>tour</name>
    <message>
        <source>1 A is better, 2 B, 3 tie, 4 both bad; Enter confirms. Only then are the names told.</source>
        <translation>1 A ist besser, 2 B, 3 unentschieden, 4 beide schlecht; Enter bestätigt. Erst dann werden die Namen genannt.</translation>
    </message>
    <message>
        <source>Everything else</source>
        <translation>Alles Weitere</translation>
    </message>
    <message>
        <source>F1 lists every key. Ctrl+K does anything by its name. The menu holds this tour, too.</source>
        <translation>F1 zeigt alle Tasten. Strg+K führt alles nach seinem Namen aus. Im Menü steht auch diese Tour.</translation>
    </message>
    <message>
        <source>Say what both robots shall do</source>
        <translation>Sagen, was beide Roboter tun sollen</translation>
    </message>
    <message>
        <source>Space plays, the arrows step. Drag to look around: both cameras move together.</source>
        <translation>Die Leertaste spielt ab, die Pfeile gehen schrittweise. Ziehen, um sich umzusehen: Beide Kameras bewegen sich gemeinsam.</translation>
    </message>
    <message>
        <source>Type an instruction, or press Down for suggestions. Enter lets two anonymous models play it.</source>
        <translation>Eine Anweisung eintippen; Pfeil ab zeigt Vorschläge. Mit Enter führen zwei anonyme Modelle sie aus.</translation>
    </message>
    <message>
        <source>Vote blind</source>
        <translation>Blind abstimmen</translation>
    </message>
    <message>
        <source>Watch both on one clock</source>
        <translation>Beide nach einer Uhr ansehen</translation>
    </message>
</context>
<context>
    <name>window_commands</name>
    <message>
        <source>Battle</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>Colours as the system</source>
        <translation>Farben wie das System</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>Diagnose kopieren</translation>
    </message>
    <message>
        <source>Dark colours</source>
        <translation>Dunkle Farben</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>Vollbild</translation>
    </message>
    <message>
        <source>Go to</source>
        <translation>Gehe zu</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Leaderboard</source>
        <translation>Rangliste</translation>
    </message>
    <message>
        <source>Light colours</source>
        <translation>Helle Farben</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Restart the window</source>
        <translation>Das Fenster neu starten</translation>
    </message>
    <message>
        <source>Run a command by name</source>
        <translation>Einen Befehl nach Namen ausführen</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Show the tour</source>
        <translation>Die Tour zeigen</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fenster</translation>
    </message>
</context>
</TS>
