package observatory.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import observatory.analysis.log.LogFormat;
import observatory.analysis.log.LogSource;
import observatory.analysis.log.Progress;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which log, and what its content does not tell. */
public final class LogOptions {
    @Parameters(paramLabel = "PATH", description = "The log: a file, or the folder of one run.")
    private Path path;

    @Option(
            names = "--format",
            paramLabel = "NAME",
            converter = FormatOption.class,
            completionCandidates = FormatOption.class,
            description = "Its format, where the content does not tell.")
    private LogFormat format;

    @Option(names = "--run", paramLabel = "NAME", description = "What to call the run (the name of the file).")
    private String run;

    @Option(
            names = "--column",
            paramLabel = "TAG=NAME",
            description = "What a column or tag is: step, loss, gradient_norm, learning_rate, … May be given often.")
    private Map<String, String> columns = new LinkedHashMap<>();

    public Path path() {
        return path;
    }

    /** What is to be read, told how far it is read. */
    public LogSource source(Progress progress) {
        LogSource source = new LogSource(path, progress).mapped(columns);
        return run == null ? source : source.named(run);
    }

    /** The format that was named; empty where the content is to tell. */
    public Optional<LogFormat> format() {
        return Optional.ofNullable(format);
    }
}
