package observatory.cli.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import observatory.analysis.scaling.Interval;
import observatory.analysis.scaling.KaplanLaw;
import observatory.analysis.scaling.Ladder;
import observatory.analysis.scaling.LawFit;
import observatory.analysis.scaling.LossLaw;
import observatory.analysis.scaling.PowerCurve;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.Readable;
import observatory.cli.Words;
import observatory.stream.wire.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** A law from a ladder of finished runs. */
@Command(
        name = "fit",
        mixinStandardHelpOptions = true,
        description =
                "Fit L = E + A/N^alpha + B/D^beta to finished runs; with a column source, to those of each source.")
public final class PlanFitCommand implements Callable<Integer> {
    @ParentCommand
    private PlanCommand parent;

    @Parameters(paramLabel = "CSV", description = "Columns parameters, tokens, loss and perhaps source.")
    private Path table;

    @Option(
            names = "--bootstrap",
            paramLabel = "N",
            defaultValue = "200",
            description = "Resampled fits for the intervals (${DEFAULT-VALUE}).")
    private int bootstrap;

    /** The forms of a law. */
    public enum Form {
        CHINCHILLA,
        KAPLAN
    }

    @Option(
            names = "--form",
            paramLabel = "FORM",
            defaultValue = "chinchilla",
            completionCandidates = Words.Forms.class,
            description = "chinchilla, or kaplan: [(Nc/N)^(aN/aD) + Dc/D]^aD (${DEFAULT-VALUE}).")
    private Form form;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        Readable.INPUT.checkFile("table", table);
        Ladder ladder;
        try {
            ladder = Ladder.read(table);
        } catch (IOException e) {
            throw Readable.INPUT.failed("table", table, e);
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.CORRUPT_INPUT, e.getMessage(), e);
        }
        Map<String, Ladder> sources = ladder.bySource();
        ObjectNode node = Json.mapper().createObjectNode();
        StringBuilder text = new StringBuilder();
        if (sources.size() == 1 && form == Form.KAPLAN) {
            kaplan(ladder, node, text);
        } else if (sources.size() == 1) {
            whole(ladder, node, text);
        } else {
            sources.forEach((source, of) -> source(source, of, node, text));
        }
        parent.console()
                .result(
                        json
                                ? Json.mapper().writeValueAsString(node)
                                : text.toString().stripTrailing());
        return ExitCode.OK;
    }

    private void whole(Ladder ladder, ObjectNode node, StringBuilder text) {
        LawFit fit = LawFit.of(ladder, bootstrap);
        node.putPOJO("law", fit.law());
        node.put("objective", fit.objective());
        node.put("residual", fit.residual());
        constant(fit, "E", LossLaw::e, node, text);
        constant(fit, "A", LossLaw::a, node, text);
        constant(fit, "B", LossLaw::b, node, text);
        constant(fit, "alpha", LossLaw::alpha, node, text);
        constant(fit, "beta", LossLaw::beta, node, text);
        text.append(String.format(
                Locale.ROOT,
                "residual %.2g of the loss over %d runs%nuse it: --law %s%n",
                fit.residual(),
                ladder.runs().size(),
                option(fit.law())));
    }

    private static String option(LossLaw law) {
        return String.format(
                Locale.ROOT, "%.6g,%.6g,%.6g,%.6g,%.6g", law.e(), law.a(), law.b(), law.alpha(), law.beta());
    }

    private void kaplan(Ladder ladder, ObjectNode node, StringBuilder text) {
        KaplanLaw.Fit fit = KaplanLaw.fit(ladder, bootstrap);
        node.putPOJO("law", fit.law());
        node.put("objective", fit.objective());
        constant(fit, "Nc", KaplanLaw::nc, text);
        constant(fit, "alphaN", KaplanLaw::alphaN, text);
        constant(fit, "Dc", KaplanLaw::dc, text);
        constant(fit, "alphaD", KaplanLaw::alphaD, text);
    }

    private static void constant(KaplanLaw.Fit fit, String name, ToDoubleFunction<KaplanLaw> of, StringBuilder text) {
        double[] samples = fit.samples().stream().mapToDouble(of).toArray();
        line(text, name, of.applyAsDouble(fit.law()), Interval.of(samples));
    }

    private static void line(StringBuilder text, String name, double value, Interval interval) {
        text.append(String.format(
                Locale.ROOT, "%-6s %10.5g  95 %% in [%.5g, %.5g]%n", name, value, interval.low(), interval.high()));
    }

    private static void constant(
            LawFit fit, String name, ToDoubleFunction<LossLaw> of, ObjectNode node, StringBuilder text) {
        Interval interval = fit.interval(of);
        node.putPOJO(name + "_95", interval);
        line(text, name, of.applyAsDouble(fit.law()), interval);
    }

    /** A whole law where its runs can tell one, else its loss over size alone. */
    private void source(String source, Ladder ladder, ObjectNode node, StringBuilder text) {
        if (ladder.weakness().isEmpty()) {
            LawFit fit = LawFit.of(ladder, bootstrap);
            ObjectNode one = node.putObject(source);
            one.putPOJO("law", fit.law());
            one.put("residual", fit.residual());
            text.append(String.format(
                    Locale.ROOT,
                    "%-12s residual %.2g over %d runs, use it: --law %s%n",
                    source,
                    fit.residual(),
                    ladder.runs().size(),
                    option(fit.law())));
            return;
        }
        double[] sizes = ladder.runs().stream()
                .mapToDouble(run -> run.split().parameters())
                .toArray();
        double[] losses = ladder.runs().stream().mapToDouble(Ladder.Run::loss).toArray();
        try {
            PowerCurve curve = PowerCurve.fit(sizes, losses);
            node.putPOJO(source, curve);
            text.append(String.format(
                    Locale.ROOT,
                    "%-12s L = %.4f + %.4g/N^%.4f, residual %.2g; by size alone: %s%n",
                    source,
                    curve.e(),
                    curve.k(),
                    curve.gamma(),
                    curve.residual(),
                    ladder.weakness().orElseThrow()));
        } catch (IllegalArgumentException e) {
            node.put(source, e.getMessage());
            text.append(String.format(Locale.ROOT, "%-12s %s%n", source, e.getMessage()));
        }
    }
}
