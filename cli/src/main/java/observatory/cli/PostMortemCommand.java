package observatory.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import observatory.analysis.Severity;
import observatory.analysis.log.LogException;
import observatory.analysis.log.Progress;
import observatory.analysis.report.ChartFiles;
import observatory.analysis.report.HtmlReport;
import observatory.analysis.report.PdfReport;
import observatory.analysis.report.PostMortem;
import observatory.analysis.report.TextReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Examines the log of a finished run, whoever wrote it. */
@Command(
        mixinStandardHelpOptions = true,
        description = "Find what went wrong in a log, whoever wrote it; docs/logs.md lists the formats.")
final class PostMortemCommand implements Callable<Integer> {
    @ParentCommand
    private Observatory parent;

    @Mixin
    private LogOptions log;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Option(names = "--html", paramLabel = "FILE", description = "Write the report as one HTML page.")
    private Path html;

    @Option(names = "--pdf", paramLabel = "FILE", description = "Write the report as a PDF.")
    private Path pdf;

    @Option(names = "--png", paramLabel = "DIR", description = "Write the charts as PNG files.")
    private Path png;

    @Option(
            names = "--fail-on",
            paramLabel = "SEVERITY",
            completionCandidates = Words.Severities.class,
            description = "Exit with 7 where an incident is this severe: ${COMPLETION-CANDIDATES}.")
    private Severity failOn;

    @Option(names = "--quiet", description = "No progress and no messages.")
    private boolean quiet;

    @Override
    public Integer call() {
        Readable.INPUT.check("log", log.path());
        PostMortem result;
        try {
            result = PostMortem.of(log.source(progress()), log.format());
        } catch (LogException e) {
            throw new Failure(ExitCode.CORRUPT_INPUT, e.getMessage(), e);
        }
        parent.console().result(json ? result.toJson() : TextReport.of(result));
        ReportFiles files = new ReportFiles(parent.console(), quiet);
        files.write(html, path -> Files.writeString(path, HtmlReport.of(result)));
        files.write(pdf, path -> Files.write(path, PdfReport.of(result)));
        files.write(png, path -> ChartFiles.write(result, path));
        if (result.partial()) {
            throw new Failure(
                    ExitCode.CORRUPT_INPUT,
                    "only a part of the log could be read: " + String.join("; ", result.remarks()));
        }
        boolean severe = failOn != null
                && result.incidents().stream()
                        .anyMatch(incident -> incident.severity().compareTo(failOn) >= 0);
        return severe ? ExitCode.FINDINGS : ExitCode.OK;
    }

    private Progress progress() {
        String name = Optional.ofNullable(log.path().getFileName())
                .map(Path::toString)
                .orElse(log.path().toString());
        return quiet ? Progress.NONE : new ReadingProgress(parent.console(), name, System::nanoTime);
    }
}
