package observatory.cli.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import observatory.analysis.variants.Outcome;
import observatory.analysis.variants.Study;
import observatory.analysis.variants.Study.Place;
import observatory.analysis.variants.VariantsJson;
import observatory.analysis.variants.VariantsPage;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.Interrupt;
import observatory.cli.train.RunOptions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Whether a change of the model or of how it is trained changes how stable it trains. */
@Command(
        name = "variants",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "Train a small model and variants of it over learning rates and seeds, and tell which are more stable.",
            "The options of train below make the baseline; each variant changes one of them, or those joined by +."
        })
final class BenchVariantsCommand implements Callable<Integer> {
    /** A model of some seconds; train's own defaults for everything else. */
    private static final RunOptions SMALL = RunOptions.none()
            .with("layers", "2")
            .with("heads", "2")
            .with("width", "32")
            .with("context", "64")
            .with("steps", "300")
            .with("validate-every", "0");

    private static final double OF_MEMORY = 0.8;

    @ParentCommand
    private BenchCommand parent;

    private CommandLine.Model.CommandSpec spec;

    @Parameters(
            paramLabel = "OPTION=VALUE[,VALUE]",
            arity = "0..*",
            defaultValue = "position=rotary,alibi objective=prefix activation=geglu,squared_relu precision=bf16,fp16",
            split = " ",
            description = "Variants: any option of train with its values (${DEFAULT-VALUE}).")
    private List<String> variants;

    @Option(
            names = "--rates",
            paramLabel = "R",
            split = ",",
            defaultValue = "0.001,0.003,0.01,0.03,0.1,0.3,1,3",
            description = "Peaks of the learning rate, evenly spaced in their logarithm (${DEFAULT-VALUE}).")
    private double[] rates;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Seeds of weights and batches, the same ones for every variant (${DEFAULT-VALUE}).")
    private int seeds;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads (all cores): as many runs at a time, each on one, where memory holds them.")
    private Integer threads;

    @Option(
            names = "--runs",
            paramLabel = "FILE",
            description = "Keep what each run came to here, and train none that is there already: goes on where it was"
                    + " stopped, with more seeds, or as JSON.")
    private Path runs;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Option(
            names = "--spec",
            paramLabel = "FILE",
            description = "YAML or JSON with options of train by name; what is typed wins.")
    private Path file;

    /** Called by picocli while it reads this class: the options that its runs share are train's. */
    @CommandLine.Spec
    void spec(CommandLine.Model.CommandSpec own) {
        spec = own;
        RunOptions.addTo(own, SMALL);
    }

    @Override
    public Integer call() throws InterruptedException {
        RunOptions typed = RunOptions.typed(spec.commandLine().getParseResult());
        RunOptions base = SMALL.with(file == null ? RunOptions.none() : RunOptions.ofFile(file))
                .with(typed);
        VariantsPlan plan = new VariantsPlan(base, variants, rates, seeds);
        int workers = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        if (workers < 1) {
            throw Failure.usage("threads must be at least 1: threads=" + workers);
        }
        VariantsFile known = VariantsFile.open(runs);
        double memory = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        int atOnce = plan.atOnce(workers, OF_MEMORY * memory);
        List<VariantRuns.Job> jobs = plan.jobs();
        plan.notices().forEach(parent.console()::say);
        parent.console()
                .say("%,d runs of %,d steps, %d at a time"
                        .formatted(jobs.size(), plan.baseline().steps(), atOnce));
        try (Interrupt interrupt = Interrupt.listen()) {
            Map<Place, Outcome> done = new VariantRuns(
                            known, interrupt::requested, new VariantsProgress(parent.console(), System::nanoTime))
                    .all(jobs, atOnce, workers / atOnce);
            Study study = Study.of(plan.variants(), plan.rates(), plan.seeds(), done);
            String what = what(plan, study, jobs.size());
            parent.console().result(json ? VariantsJson.of(study, what).toString() : VariantsPage.of(study, what));
            return done.size() < jobs.size() ? ExitCode.INTERRUPTED : ExitCode.OK;
        }
    }

    private static String what(VariantsPlan plan, Study study, int planned) {
        int done = study.outcomes().size();
        String what = "The baseline is %s: %,d steps of %s tokens at %d peak rates with %d seeds, %,d runs."
                .formatted(
                        plan.baseline().label(),
                        plan.baseline().steps(),
                        plan.baseline().batch(),
                        study.rates().length,
                        plan.seeds().length,
                        planned);
        if (done < planned) {
            what += " It was interrupted after %,d runs; of %d seeds all are done, and these count."
                    .formatted(done, study.seeds().length);
        }
        return what;
    }
}
