package observatory.ui.frame;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import javafx.scene.Scene;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.ComboBoxBase;
import javafx.scene.control.TextInputControl;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import observatory.ui.DeepLink;
import observatory.ui.Source;
import observatory.ui.Workbench;
import observatory.ui.chart.Numbers;
import observatory.ui.chart.PlotView;

/** The keyboard: everything that a hand on a mouse can do. */
final class Keys {
    private static final double CLOSER = 0.5;

    private final Workbench bench;
    private final Screens screens;
    private final Overlay overlay;
    private final Exports exports;
    private final ReplayBar replay;
    private final Outside outside;
    private final Function<DeepLink, String> links;
    private final List<Shortcut> all;
    private boolean acted;

    Keys(
            Workbench bench,
            Screens screens,
            Overlay overlay,
            Exports exports,
            ReplayBar replay,
            Outside outside,
            Function<DeepLink, String> links) {
        this.links = links;
        this.bench = bench;
        this.screens = screens;
        this.overlay = overlay;
        this.exports = exports;
        this.replay = replay;
        this.outside = outside;
        this.all = shortcuts();
    }

    void attach(Scene scene) {
        scene.addEventFilter(KeyEvent.KEY_PRESSED, this::pressed);
        scene.addEventFilter(KeyEvent.KEY_TYPED, event -> {
            // The letter of a key that has opened a line to fill in does not belong into that line.
            if (acted) {
                event.consume();
            }
        });
    }

    void help() {
        overlay.open(ShortcutsView.of(all));
    }

    /** Asks what to open. */
    void attach() {
        overlay.open(new AttachSheet(outside.doors(), this::opened, this::follow).node());
    }

    private String follow(String link) {
        String reason;
        try {
            reason = links.apply(DeepLink.parse(link));
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
        if (reason.isEmpty()) {
            overlay.close();
        }
        return reason;
    }

    private void opened(Source source) {
        bench.add(source);
        overlay.close();
    }

    private void pressed(KeyEvent event) {
        acted = false;
        if (event.getCode() == KeyCode.ESCAPE) {
            escape();
            event.consume();
            return;
        }
        boolean typing = event.getTarget() instanceof TextInputControl || event.getTarget() instanceof ComboBoxBase<?>;
        boolean presses = event.getTarget() instanceof ButtonBase && event.getCode() == KeyCode.SPACE;
        if (overlay.isOpen() || typing || presses) {
            return;
        }
        boolean arrow = event.getCode().isArrowKey();
        boolean chart = !arrow
                || event.getTarget() instanceof PlotView
                || !(event.getTarget() instanceof javafx.scene.control.Control);
        for (Shortcut shortcut : all) {
            if (chart && shortcut.matches(event)) {
                acted = true;
                shortcut.action().run();
                event.consume();
                return;
            }
        }
    }

    private void escape() {
        if (overlay.isOpen()) {
            overlay.close();
        } else {
            bench.unpick();
        }
    }

    private List<Shortcut> shortcuts() {
        List<Shortcut> keys = new ArrayList<>();
        for (int i = 0; i < screens.count(); i++) {
            int number = i;
            String digit = Integer.toString((i + 1) % 10); // the tenth screen is that of 0
            keys.add(
                    Shortcut.of(KeyCode.valueOf("DIGIT" + digit), digit, screens.title(i), () -> screens.show(number)));
        }
        keys.add(Shortcut.of(KeyCode.A, "A", "open a log or a run", this::attach));
        keys.add(Shortcut.control(KeyCode.O, "Ctrl O", "open a log or a run", this::attach));
        keys.add(Shortcut.control(
                KeyCode.W,
                "Ctrl W",
                "close this run",
                () -> bench.close(bench.sourceProperty().get())));
        keys.add(Shortcut.of(
                KeyCode.SPACE,
                "Space",
                "pause the view",
                () -> bench.pause(!bench.pausedProperty().get())));
        keys.add(Shortcut.of(KeyCode.L, "L", "live edge", bench::liveEdge));
        keys.add(Shortcut.of(KeyCode.OPEN_BRACKET, "[", "event before", () -> bench.event(false)));
        keys.add(Shortcut.of(KeyCode.CLOSE_BRACKET, "]", "next event", () -> bench.event(true)));
        keys.add(Shortcut.of(KeyCode.LEFT, "←", "step back", () -> bench.walk(-1)));
        keys.add(Shortcut.of(KeyCode.RIGHT, "→", "step on", () -> bench.walk(1)));
        keys.add(Shortcut.shift(KeyCode.LEFT, "Shift ←", "100 steps back", () -> bench.walk(-100)));
        keys.add(Shortcut.shift(KeyCode.RIGHT, "Shift →", "100 steps on", () -> bench.walk(100)));
        keys.add(Shortcut.of(KeyCode.EQUALS, "=", "closer", () -> bench.zoom(CLOSER)));
        keys.add(Shortcut.shift(KeyCode.EQUALS, "+", "closer", () -> bench.zoom(CLOSER)));
        keys.add(Shortcut.of(KeyCode.MINUS, "−", "farther", () -> bench.zoom(1 / CLOSER)));
        keys.add(Shortcut.of(KeyCode.W, "W", "whole run", bench::fit));
        keys.add(Shortcut.of(KeyCode.G, "G", "go to a step", this::goTo));
        keys.add(Shortcut.of(
                KeyCode.Y,
                "Y",
                "linear, log, symlog",
                () -> bench.scaleProperty().set(bench.scaleProperty().get().next())));
        keys.add(Shortcut.of(
                KeyCode.X,
                "X",
                "steps, tokens, time",
                () -> bench.axisProperty().set(bench.axisProperty().get().next())));
        keys.add(Shortcut.of(KeyCode.K, "K", "next rank", bench::nextRank));
        keys.add(Shortcut.of(
                KeyCode.S,
                "S",
                "smoothing on or off",
                () -> bench.smoothingProperty().set(bench.smoothingProperty().get() > 0 ? 0 : 0.6)));
        keys.add(Shortcut.of(
                KeyCode.O,
                "O",
                "leave outliers out",
                () -> bench.clipProperty().set(!bench.clipProperty().get())));
        keys.add(Shortcut.of(KeyCode.T, "T", "chart as a table", this::table));
        keys.add(Shortcut.of(KeyCode.C, "C", "copy the chart's numbers", exports::copy));
        keys.add(Shortcut.control(KeyCode.C, "Ctrl C", "chart as CSV file", exports::csv));
        keys.add(Shortcut.of(KeyCode.P, "P", "chart as PNG figure", exports::png));
        keys.add(Shortcut.of(KeyCode.M, "M", "note at this step", this::note));
        keys.add(Shortcut.of(KeyCode.R, "R", "replay or stop", replay::toggle));
        keys.add(Shortcut.of(KeyCode.COMMA, ",", "replay one step back", () -> replay.step(-1)));
        keys.add(Shortcut.of(KeyCode.PERIOD, ".", "replay one step on", () -> replay.step(1)));
        keys.add(Shortcut.of(
                KeyCode.D,
                "D",
                "light or dark",
                () -> bench.themeProperty().set(bench.themeProperty().get().other())));
        keys.add(Shortcut.shift(KeyCode.SLASH, "?", "this list", this::help));
        keys.add(Shortcut.of(KeyCode.F1, "F1", "this list", this::help));
        return List.copyOf(keys);
    }

    private void table() {
        exports.chart().ifPresent(twin -> overlay.open(TableSheet.of(twin)));
    }

    private void goTo() {
        ask("Go to a step", "its number", text -> {
            String digits = text.strip().replace(",", "");
            if (!digits.matches("\\d{1,15}")) {
                return "a step is a whole number: step=" + text;
            }
            bench.goTo(Long.parseLong(digits));
            overlay.close();
            return "";
        });
    }

    private void note() {
        long step = bench.stepOfInterest();
        ask("Note at step " + Numbers.whole(step), "what happened here", text -> {
            bench.run().note(step, outside.clock().instant(), text);
            overlay.close();
            return "";
        });
    }

    private void ask(String title, String prompt, Function<String, String> answer) {
        overlay.open(Question.of(title, prompt, answer));
    }
}
