package observatory.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import observatory.analysis.log.LogException;
import observatory.analysis.log.Progress;
import observatory.analysis.report.HtmlReport;
import observatory.analysis.report.PostMortem;
import observatory.analysis.report.TextReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Examines the log of a finished run, whoever wrote it. */
@Command(
        mixinStandardHelpOptions = true,
        description = "Find what went wrong in a log, whoever wrote it; see docs/logs.md for the formats.")
final class PostMortemCommand implements Callable<Integer> {
    @ParentCommand
    private Observatory parent;

    @Mixin
    private LogOptions log;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Option(names = "--html", paramLabel = "FILE", description = "Write the report as one HTML page.")
    private Path html;

    @Override
    public Integer call() throws IOException {
        PostMortem result;
        try {
            result = PostMortem.of(log.source(progress()), log.format());
        } catch (LogException e) {
            throw new Failure(ExitCode.CORRUPT_INPUT, e.getMessage(), e);
        }
        parent.console().result(json ? result.toJson() : TextReport.of(result));
        if (html != null) {
            try {
                Files.writeString(html, HtmlReport.of(result));
            } catch (IOException e) {
                throw new Failure(ExitCode.CONFIGURATION, "cannot write the report " + html + ": " + e.getMessage(), e);
            }
            parent.console().say("report: " + html);
        }
        return ExitCode.OK;
    }

    /** A bar on a terminal for what takes longer than a second, nothing elsewhere. */
    private Progress progress() {
        Console console = parent.console();
        if (!console.interactive()) {
            return Progress.NONE;
        }
        long began = System.nanoTime();
        return new Progress() {
            private int shown = -1;

            @Override
            public void at(long done, long total) {
                int percent = total == 0 ? 100 : (int) (100 * done / total);
                if (percent != shown && System.nanoTime() - began > 1_000_000_000L) {
                    console.redraw(shown < 0 ? 0 : 1, "reading " + log.path.getFileName() + ": " + percent + " %");
                    shown = percent;
                }
            }
        };
    }
}
