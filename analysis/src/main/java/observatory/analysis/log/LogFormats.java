package observatory.analysis.log;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The catalogue of log formats: told by content, never by file name, or chosen by name. */
public final class LogFormats {
    /** In the order in which they are asked: what only one framework writes before what several might. */
    private static final List<LogFormat> ALL = List.of(
            new TensorBoardEvents(),
            new WandbFile(),
            new Trackio(),
            new TrainerState(),
            new MegatronGolden(),
            new SpikeLogFile(),
            new LinguaProbe(),
            new LinguaMetrics(),
            new LlamaFactory(),
            new JsonLines(),
            new JsonTables(),
            new GptNeoX(),
            new MegatronText(),
            new Fairseq(),
            new OlmoConsole(),
            new Torchtitan(),
            new ModdedNanoGpt(),
            new LlmcLog(),
            new LlmcConsole(),
            new NanoGpt(),
            new BuildNanoGpt(),
            new BuildNanoGptConsole(),
            new ComposerFile(),
            new ComposerConsole(),
            new PrintedDicts(),
            new DeepSpeedConsole(),
            new DeepSpeedCsv(),
            new WandbCsv(),
            new Csv(),
            new StepLossPairs(),
            new KeyValueText());

    /**
     * Stretches of a text that are looked at where the first tells nothing: libraries in debug
     * mode print megabytes first.
     */
    private static final int LOOKED_AT = 32;

    private LogFormats() {}

    public static List<LogFormat> all() {
        return ALL;
    }

    /** The format that is given, else the one that recognises the content. */
    public static LogFormat find(Path path, Optional<LogFormat> given) {
        return given.orElseGet(() -> recognise(path));
    }

    public static Optional<LogFormat> named(String name) {
        return ALL.stream()
                .filter(format -> format.name().equalsIgnoreCase(name))
                .findFirst();
    }

    private static LogFormat recognise(Path path) {
        if (!Files.exists(path)) {
            throw new LogException(path, 0, "there is no such file", "check the path");
        }
        if (!Files.isDirectory(path) && !Files.isRegularFile(path)) {
            throw new LogException(path, 0, "it is a device or a pipe, not a file", "write the log to a file first");
        }
        Head head = new LogSource(path, Progress.NONE).head();
        if (head.length() == 0) {
            throw new LogException(path, 0, "the log is empty", "wait until the run has written its first step");
        }
        return recognise(head)
                .or(() -> head.lines().isEmpty()
                        ? Optional.empty()
                        : Head.look(
                                new LogSource(path, Progress.NONE).files().getFirst(),
                                LOOKED_AT,
                                LogFormats::recognise))
                .orElseThrow(() -> new LogException(
                        path,
                        0,
                        "no known log format recognises its first " + head.length() + " bytes",
                        "name one with --format; known: " + known()));
    }

    private static Optional<LogFormat> recognise(Head head) {
        return ALL.stream().filter(format -> format.recognises(head)).findFirst();
    }

    private static String known() {
        return ALL.stream().map(LogFormat::name).collect(Collectors.joining(", "));
    }
}
