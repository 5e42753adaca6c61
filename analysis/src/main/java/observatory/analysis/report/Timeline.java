package observatory.analysis.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import observatory.analysis.Incident;

/**
 * Which signal left its baseline when: a lane for each signal, a mark for each time it left, filled where it was the
 * first of its incident. The lanes stand in the order in which the signals first appear.
 */
final class Timeline {
    private static final int MOST_LANES = 12;
    private static final int LANE = 24;
    private static final double RADIUS = 5;

    private record Mark(String lane, long step, boolean first, Color colour) {}

    private Timeline() {}

    /** Empty where no incident says which signals left. */
    static Optional<Figure> of(List<Incident> incidents, Span steps) {
        List<Mark> marks = new ArrayList<>();
        Map<String, Integer> lanes = new LinkedHashMap<>();
        for (Incident incident : incidents) {
            List<Signal> signals = Signal.of(incident);
            for (Signal signal : signals) {
                if (lanes.size() < MOST_LANES || lanes.containsKey(signal.name())) {
                    lanes.putIfAbsent(signal.name(), lanes.size());
                    boolean first = signal.step() == signals.getFirst().step();
                    marks.add(new Mark(signal.name(), signal.step(), first, Palette.of(incident.severity())));
                }
            }
        }
        if (marks.isEmpty()) {
            return Optional.empty();
        }
        Canvas canvas = new Canvas(steps.axis(), axis(lanes), lanes.size() * LANE + Canvas.AROUND);
        canvas.grid();
        incidents.stream().filter(steps::meets).forEach(canvas::shade);
        for (Mark mark : marks) {
            draw(canvas, mark, lanes.get(mark.lane()) + 0.5);
        }
        String note = "filled: the first signal of its incident";
        return Optional.of(new Figure("timeline", "Who left the baseline first", note, "", canvas.finish()));
    }

    /** The first lane on top. */
    private static Axis axis(Map<String, Integer> lanes) {
        List<Axis.Tick> ticks = new ArrayList<>();
        lanes.forEach((name, lane) -> ticks.add(new Axis.Tick(-lane - 0.5, name)));
        return new Axis(-lanes.size(), 0, false, ticks);
    }

    private static void draw(Canvas canvas, Mark mark, double lane) {
        Graphics2D page = canvas.page();
        double x = canvas.x(mark.step());
        double y = canvas.y(-lane);
        Ellipse2D dot = new Ellipse2D.Double(x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS);
        page.setColor(mark.first() ? mark.colour() : Color.WHITE);
        page.fill(dot);
        page.setColor(mark.colour());
        page.setStroke(new BasicStroke(1.6f));
        page.draw(dot);
    }
}
