package observatory.analysis.detector;

import java.util.Optional;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Site;

/** The first site of the forward pass, in the order of execution, that holds values which are not finite. */
record BadSite(Site site, long nan, long infinite) {

    static Optional<BadSite> first(Frame frame) {
        Optional<Column> nan = frame.sites().column("nan");
        Optional<Column> infinite = frame.sites().column("inf");
        for (int number = 0; number < frame.sites().sites().size(); number++) {
            Site site = frame.sites().sites().get(number);
            long nans = count(nan, number);
            long infinites = count(infinite, number);
            if (site.hook().forward() && nans + infinites > 0) {
                return Optional.of(new BadSite(site, nans, infinites));
            }
        }
        return Optional.empty();
    }

    private static long count(Optional<Column> column, int site) {
        if (column.isPresent()) {
            for (int i = 0; i < column.get().size(); i++) {
                if (column.get().at()[i] == site) {
                    return (long) column.get().values()[i];
                }
            }
        }
        return 0;
    }
}
