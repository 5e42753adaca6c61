package observatory.analysis.report;

import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import observatory.probe.Scalars;

/** The pictures of a post-mortem: who left the baseline first, then one chart for each curve, over the same steps. */
final class Figures {
    /** How a series is drawn. */
    private record Look(String title, boolean logarithmic, Color colour) {}

    private static final Map<String, Look> LOOKS = Map.of(
            Scalars.LOSS, new Look("Loss", false, Palette.BLUE),
            Scalars.VALIDATION_LOSS, new Look("Validation loss", false, Palette.BLUE),
            Scalars.GRADIENT_NORM, new Look("Gradient norm", true, Palette.GREEN),
            Scalars.LEARNING_RATE, new Look("Learning rate", false, Palette.PURPLE),
            Scalars.LOSS_SCALE, new Look("Loss scale", true, Palette.ORANGE),
            Digest.TOKENS_PER_SECOND, new Look("Tokens per second", false, Palette.SKY));

    private Figures() {}

    static List<Figure> of(PostMortem result) {
        Span steps = Span.of(result.tracks().values());
        List<Figure> figures = new ArrayList<>();
        Timeline.of(result.incidents(), steps).ifPresent(figures::add);
        result.tracks().forEach((name, track) -> figures.add(chart(name, track, steps, result)));
        return figures;
    }

    private static Figure chart(String name, Track track, Span steps, PostMortem result) {
        Look look = LOOKS.getOrDefault(name, new Look(name, false, Palette.BLUE));
        boolean logarithmic = look.logarithmic() || spansDecades(track);
        return new Figure(
                name,
                look.title(),
                logarithmic ? "logarithmic axis" : "",
                track.nonFiniteSteps().isEmpty() ? "" : "red ticks: not finite",
                new Chart(track, logarithmic, look.colour()).image(steps, result.incidents()));
    }

    /** A loss that overflowed would flatten everything else on a linear axis. */
    private static boolean spansDecades(Track track) {
        double least = Double.POSITIVE_INFINITY;
        double greatest = 0;
        for (Track.Point point : track.points()) {
            least = Math.min(least, point.value());
            greatest = Math.max(greatest, point.value());
        }
        return least > 0 && greatest > 1000 * least;
    }
}
