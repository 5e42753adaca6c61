package observatory.ui.precision;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import observatory.ui.chart.ChartTable;
import observatory.ui.chart.Numbers;
import observatory.ui.chart.Palette;
import observatory.ui.chart.Plot;
import observatory.ui.chart.PlotTwin;
import observatory.ui.chart.Scale;
import observatory.ui.chart.Span;
import observatory.ui.chart.StepLabels;
import observatory.ui.chart.Trace;
import observatory.ui.chart.Twin;
import observatory.ui.data.Histogram;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;

/** An exponent histogram in its other forms: a row for each binade. */
record HistogramTwin(String title, String sentence, Histogram histogram) implements Twin {
    @Override
    public ChartTable table(int most, boolean exact) {
        List<List<String>> rows = new ArrayList<>();
        for (int exponent = histogram.bottom(); exponent <= histogram.top() && rows.size() < most; exponent++) {
            double share = histogram.share(exponent);
            rows.add(List.of(Integer.toString(exponent), exact ? Double.toString(share) : Numbers.of(share)));
        }
        return new ChartTable(List.of("exponent", "share"), rows, rows.size() < most);
    }

    @Override
    public String fileName() {
        return figure().fileName();
    }

    @Override
    public void png(Path file, Palette palette) throws IOException {
        figure().png(file, palette);
    }

    private PlotTwin figure() {
        StepIndex.Growing binades = new StepIndex.Growing();
        Series shares = new Series();
        for (int exponent = histogram.bottom(); exponent <= histogram.top(); exponent++) {
            binades.append(exponent);
            if (histogram.share(exponent) > 0) {
                shares.append(histogram.share(exponent));
            } else {
                shares.appendAbsent();
            }
        }
        Plot plot = Plot.of(title, "share of elements", List.of(Trace.stairs("share", binades.index(), shares, 0)))
                .scaled(Scale.Kind.LOG);
        return new PlotTwin(
                plot, Span.over(histogram.bottom(), histogram.top()), StepLabels.numbersOf("exponent of two"));
    }
}
