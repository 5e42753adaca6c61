package observatory.cli.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import observatory.analysis.Incident;
import observatory.analysis.Severity;
import observatory.cli.Console;
import observatory.probe.Scalars;
import observatory.stream.spool.Spool;
import observatory.trainer.Trainer;

/** The run in a few lines: drawn over on a terminal, and elsewhere a line for each tenth and each new incident. */
final class TerminalView implements View {
    private static final int WIDTH = 60;
    private static final int SHOWN = 8; // incidents: what scrolls off the screen cannot be drawn over

    private final Console console;
    private int drawn;
    private int tenths;
    private int announced;
    private boolean named;
    private String notice = "";

    TerminalView(Console console) {
        this.console = console;
    }

    @Override
    public void update(Stage stage) {
        if (!stage.backbone().notice().equals(notice)) {
            notice = stage.backbone().notice();
            console.say(notice);
            drawn = 0;
        }
        if (console.interactive()) {
            List<String> lines = lines(stage);
            console.redraw(drawn, String.join("\n", lines));
            drawn = lines.size();
        } else {
            log(stage);
        }
    }

    List<String> lines(Stage stage) {
        List<String> lines = new ArrayList<>();
        Trainer.Result latest = stage.training().latest();
        lines.add(console.ofScreen().bold("Stability Observatory") + "  " + stage.run() + "  "
                + console.ofScreen().dim(model(stage)));
        lines.add(
                latest == null
                        ? "step      warming up"
                        : String.format(
                                Locale.ROOT,
                                "step      %,d/%,d   loss %.3f   gradient norm %.3f   %,.0f tokens/s",
                                latest.step(),
                                stage.plan().training().steps(),
                                latest.loss(),
                                latest.gradientNorm(),
                                stage.live().tokensPerSecond()));
        lines.add("loss      " + Sparkline.of(stage.live().series(Scalars.LOSS), WIDTH));
        lines.add("gradient  " + Sparkline.of(logs(stage.live().series(Scalars.GRADIENT_NORM)), WIDTH));
        lines.add(path(stage));
        lines.addAll(lines(stage.live().incidents()));
        return lines;
    }

    /** The worst, and of equal ones the newest; in order of time. */
    List<String> lines(List<Incident> incidents) {
        List<String> lines = new ArrayList<>();
        incidents.stream()
                .sorted(Comparator.comparing(Incident::severity)
                        .thenComparing(Incident::id)
                        .reversed())
                .limit(SHOWN)
                .sorted(Comparator.comparing(Incident::id))
                .forEach(incident -> lines.add(line(incident)));
        if (incidents.size() > SHOWN) {
            lines.add("  and " + (incidents.size() - SHOWN) + " more");
        }
        return lines;
    }

    private void log(Stage stage) {
        List<Incident> incidents = stage.live().incidents();
        if (!named) {
            named = true;
            console.say(stage.run() + "  " + model(stage));
        }
        for (; announced < incidents.size(); announced++) {
            console.say(line(incidents.get(announced)));
        }
        Trainer.Result latest = stage.training().latest();
        int now = latest == null
                ? 0
                : (int) (10 * latest.step() / stage.plan().training().steps());
        if (latest != null && (now > tenths || tenths == 0)) {
            tenths = Math.max(1, now);
            console.say(String.format(
                    Locale.ROOT,
                    "step %,d/%,d  loss %.3f  gradient norm %.3f  %s",
                    latest.step(),
                    stage.plan().training().steps(),
                    latest.loss(),
                    latest.gradientNorm(),
                    path(stage)));
        }
    }

    private static String model(Stage stage) {
        var model = stage.plan().model();
        return model.layers() + (model.layers() == 1 ? " layer x " : " layers x ") + model.width() + ", "
                + stage.plan().training().precision().label() + ", fault "
                + stage.plan().fault();
    }

    private static String path(Stage stage) {
        Spool.Counts counts = stage.spool().counts();
        String broker = stage.backbone().bootstrap().map(at -> "broker " + at).orElse("broker starting");
        return "path      " + broker + ": " + counts.captured() + " captured, " + counts.delivered() + " delivered, "
                + counts.spooled() + " spooled";
    }

    private String line(Incident incident) {
        String what = shape(incident.severity()) + " " + incident.severity().label() + " "
                + incident.kind().label() + "  " + incident.summary();
        return switch (incident.severity()) {
            case CRITICAL -> console.ofScreen().red(what);
            case WARNING -> console.ofScreen().yellow(what);
            case INFO -> what;
        };
    }

    private static String shape(Severity severity) {
        return switch (severity) {
            case CRITICAL -> "▲";
            case WARNING -> "◆";
            case INFO -> "●";
        };
    }

    private static double[] logs(double[] values) {
        double[] logs = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            logs[i] = Math.log(values[i]);
        }
        return logs;
    }
}
