package observatory.analysis.log;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Scalars;

/**
 * What the fields of Megatron's training lines mean, which depends on the line before. A missing loss is NaN, unless
 * every iteration of the interval was skipped; a norm of 0 and a scale of -1 are "not reported"; skipped iterations
 * are inferred from a falling loss scale, because the printed count is often 0; norms printed still scaled are divided.
 */
final class MegatronSteps {
    private static final List<String> LOSSES = List.of("lm loss", "lm-loss", "lm_loss", "loss");
    private static final Set<String> OURS =
            Set.of("learning rate", "loss scale", "grad norm", "consumed tokens", "number of skipped iterations");

    private static final Pattern EVALUATION = Pattern.compile("lm loss value: (\\S{1,40})");

    private final Set<String> remarks = new LinkedHashSet<>();
    private Optional<MegatronLine> before = Optional.empty();
    private double scaleBefore = Double.NaN;
    private OptionalDouble evaluated = OptionalDouble.empty();
    private boolean normReported;

    /** Whether this is the last line once more, as two handlers of one logger or two streams into one file print it. */
    boolean repeats(MegatronLine line) {
        boolean twice = before.filter(
                        last -> line.step() == last.step() && line.fields().equals(last.fields()))
                .isPresent();
        if (twice) {
            remarks.add("lines that the log prints twice were read once");
        }
        return twice;
    }

    /** Whether this line stands at or before the last one, so that the run has begun again. */
    boolean goesBack(MegatronLine line) {
        boolean back = before.filter(last -> line.step() <= last.step()).isPresent();
        if (back) {
            before = Optional.empty();
            scaleBefore = Double.NaN;
        }
        return back;
    }

    /**
     * A line such as {@code validation loss at iteration 1000 | lm loss value: 2.3E+00 |}: it goes with the next step.
     */
    void evaluation(String line) {
        Matcher found = line.contains("validation loss at") ? EVALUATION.matcher(line) : null;
        if (found != null && found.find()) {
            evaluated = LogNumber.parse(found.group(1));
        }
    }

    Scalars read(MegatronLine line) {
        Scalars.Builder out = new Scalars.Builder();
        evaluated.ifPresent(loss -> out.put(Scalars.VALIDATION_LOSS, loss));
        evaluated = OptionalDouble.empty();
        double scale = line.field("loss scale").orElse(Double.NaN);
        boolean scaled = scale > 0;
        double skipped = skipped(line, scale);
        Optional<String> lossField = lossField(line);
        lossField.ifPresentOrElse(name -> out.put(Scalars.LOSS, line.fields().get(name)), () -> lossMissing(line, out));
        norm(line, scale).ifPresent(norm -> out.put(Scalars.GRADIENT_NORM, norm));
        line.field("learning rate").ifPresent(rate -> out.put(Scalars.LEARNING_RATE, rate));
        if (scaled) {
            out.put(Scalars.LOSS_SCALE, scale);
        }
        if (line.field("number of skipped iterations").isPresent()) {
            out.put(Scalars.SKIPPED, skipped > 0 ? 1 : 0).put("skipped_iterations", skipped);
        }
        tokens(line).ifPresent(tokens -> out.put(Scalars.TOKENS, tokens));
        line.field("elapsed time per iteration (ms)").ifPresent(ms -> out.put(Scalars.STEP_SECONDS, ms / 1000));
        line.field("elapsed time per iteration (s)").ifPresent(s -> out.put(Scalars.STEP_SECONDS, s));
        line.fields().forEach((name, value) -> {
            if (!OURS.contains(name) && !name.startsWith("elapsed time") && !lossField.equals(Optional.of(name))) {
                out.put(name, value);
            }
        });
        before = Optional.of(line);
        scaleBefore = scaled ? scale : scaleBefore;
        return out.build();
    }

    /** What a reader of the results should know about how fields were read. */
    List<String> remarks() {
        return new ArrayList<>(remarks);
    }

    private static Optional<String> lossField(MegatronLine line) {
        return LOSSES.stream()
                .filter(line.fields()::containsKey)
                .findFirst()
                .or(() -> line.fields().keySet().stream()
                        .filter(name -> name.endsWith(" loss"))
                        .findFirst());
    }

    /** The loss is printed only where its mean is 0 or more, and the mean is over iterations that were not skipped. */
    private void lossMissing(MegatronLine line, Scalars.Builder out) {
        double skipped = line.field("number of skipped iterations").orElse(0);
        if (skipped == 0 || skipped < interval(line)) {
            out.put(Scalars.LOSS, Double.NaN);
            remarks.add("a line without a loss was read as a loss of NaN, which is when Megatron leaves it out");
        }
    }

    private OptionalDouble norm(MegatronLine line, double scale) {
        OptionalDouble printed = line.field("grad norm");
        if (printed.isEmpty() || printed.getAsDouble() == 0 && !normReported) {
            return OptionalDouble.empty();
        }
        normReported = true;
        // Of the forks only Megatron-DeepSpeed with fp16 prints the norm still scaled, and it always prints num zeros.
        boolean stillScaled = scale > 0 && scale != 1 && line.fields().containsKey("num zeros");
        if (!stillScaled) {
            return printed;
        }
        remarks.add("gradient norms were divided by the loss scale: this family of Megatron prints them still scaled");
        return OptionalDouble.of(printed.getAsDouble() / scale);
    }

    /** At least one skipped step for each halving of the loss scale, whatever the line says. */
    private double skipped(MegatronLine line, double scale) {
        double printed = line.field("number of skipped iterations").orElse(0);
        boolean fell = scale > 0 && scale < scaleBefore;
        double halvings = fell ? Math.rint(Math.log(scaleBefore / scale) / Math.log(2)) : 0;
        if (halvings > printed) {
            remarks.add("skipped iterations were inferred from halvings of the loss scale; the log counts fewer");
        }
        return Math.max(printed, halvings);
    }

    private OptionalDouble tokens(MegatronLine line) {
        OptionalDouble now = line.field("consumed tokens");
        OptionalDouble then = before.map(last -> last.field("consumed tokens")).orElse(OptionalDouble.empty());
        if (now.isEmpty() || then.isEmpty()) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of((now.getAsDouble() - then.getAsDouble()) / interval(line));
    }

    /** Iterations this line speaks for; a log begins at 0 or, where it is an excerpt, in the middle. */
    private long interval(MegatronLine line) {
        return Math.max(1, line.step() - before.map(MegatronLine::step).orElse(0L));
    }
}
