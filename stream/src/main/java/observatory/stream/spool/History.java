package observatory.stream.spool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.probe.Telemetry;

/**
 * Folds the frames of one writer into buckets of {@value #STEPS} steps, so that a viewer gets a long run at once and no
 * spike is lost. A bucket is itself a frame: of everything measured it has the smallest, largest and last value, named
 * {@code loss.min}, {@code loss.max}, {@code loss.last}, and {@code loss.nan}, the number of NaN, where there were any.
 * It has the sequence number and step of its last frame; {@value #FIRST_STEP} is its first. Belongs to one thread.
 */
public final class History {
    /** Steps of one bucket. */
    public static final int STEPS = 128;
    /** The scalar that says with which step a bucket begins. */
    public static final String FIRST_STEP = "bucket_first_step";

    static final String FRAMES = "bucket_frames";

    private final Map<String, Range> scalars = new LinkedHashMap<>();
    private final Map<String, Map<Site, Range>> metrics = new LinkedHashMap<>();
    /** Where the ranges of each metric stand while frames name the same sites, as they nearly always do. */
    private final Map<String, Line> lines = new HashMap<>();

    private List<Site> lineSites = List.of();
    private Frame first;
    private Frame last;
    private int frames;

    private record Line(int[] at, Range[] ranges) {}

    /** The buckets that this item ends: none, one, or two where it ends one and is all of the next. */
    List<Frame> add(Telemetry item) {
        List<Frame> ended = new ArrayList<>();
        if (!(item instanceof Frame frame)) {
            return ended;
        }
        boolean goesOn = last == null
                || last.origin().equals(frame.origin())
                        && frame.step() > last.step()
                        && frame.step() / STEPS == first.step() / STEPS;
        if (!goesOn) {
            ended.add(take());
        }
        fold(frame);
        if ((frame.step() + 1) % STEPS == 0) {
            ended.add(take());
        }
        return ended;
    }

    private void fold(Frame frame) {
        first = first == null ? frame : first;
        last = frame;
        frames++;
        for (int i = 0; i < frame.scalars().names().size(); i++) {
            scalars.computeIfAbsent(frame.scalars().names().get(i), name -> new Range())
                    .add(frame.scalars().values()[i]);
        }
        List<Site> sites = frame.sites().sites();
        if (!sites.equals(lineSites)) {
            lineSites = sites;
            lines.clear();
        }
        for (Column column : frame.sites().columns()) {
            if (!Tier.HISTOGRAMS.takes(column)) {
                Range[] ranges = line(column, sites).ranges();
                for (int i = 0; i < ranges.length; i++) {
                    ranges[i].add(column.values()[i]);
                }
            }
        }
    }

    private Line line(Column column, List<Site> sites) {
        Line known = lines.get(column.metric());
        if (known != null && Arrays.equals(known.at(), column.at())) {
            return known;
        }
        Map<Site, Range> ranges = metrics.computeIfAbsent(column.metric(), metric -> new LinkedHashMap<>());
        Line line = new Line(
                column.at(),
                Arrays.stream(column.at())
                        .mapToObj(at -> ranges.computeIfAbsent(sites.get(at), site -> new Range()))
                        .toArray(Range[]::new));
        lines.put(column.metric(), line);
        return line;
    }

    private Frame take() {
        Scalars.Builder folded =
                new Scalars.Builder().put(FIRST_STEP, first.step()).put(FRAMES, frames);
        scalars.forEach((name, range) -> {
            for (Range.Of of : Range.Of.values()) {
                if (of != Range.Of.NAN || range.get(of) > 0) {
                    folded.put(name + of.suffix(), range.get(of));
                }
            }
        });
        Map<Site, Integer> places = new LinkedHashMap<>();
        metrics.values().forEach(ranges -> ranges.keySet().forEach(site -> places.putIfAbsent(site, places.size())));
        List<Column> columns = new ArrayList<>();
        metrics.forEach((metric, ranges) -> {
            for (Range.Of of : Range.Of.values()) {
                if (of != Range.Of.NAN || ranges.values().stream().anyMatch(range -> range.get(of) > 0)) {
                    columns.add(new Column(
                            metric + of.suffix(),
                            ranges.keySet().stream().mapToInt(places::get).toArray(),
                            ranges.values().stream()
                                    .mapToDouble(range -> range.get(of))
                                    .toArray()));
                }
            }
        });
        Sites sites = places.isEmpty() ? Sites.none() : new Sites(List.copyOf(places.keySet()), columns);
        Frame bucket =
                new Frame(last.origin(), last.seq(), last.step(), last.time(), folded.build(), sites, Optional.empty());
        scalars.clear();
        metrics.clear();
        lines.clear();
        first = null;
        last = null;
        frames = 0;
        return bucket;
    }
}
