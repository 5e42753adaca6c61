package observatory.ui.layers;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import observatory.probe.Site;

/** The sites of a map in rows from top to bottom, of which whole groups may be folded into one. */
final class SiteRows {
    private final Set<String> folded = new HashSet<>();
    private List<Row> rows = List.of();

    /** One site, or all of a folded group. */
    record Row(String group, String name, List<Site> sites) {}

    List<Row> rows() {
        return rows;
    }

    void arrange(List<Site> sites, Grouping grouping) {
        List<Row> arranged = new ArrayList<>();
        for (int i = 0; i < sites.size(); ) {
            String group = grouping.group(sites.get(i));
            int end = i;
            while (end < sites.size() && grouping.group(sites.get(end)).equals(group)) {
                end++;
            }
            List<Site> of = sites.subList(i, end);
            if (folded.contains(group)) {
                arranged.add(new Row(group, of.size() == 1 ? grouping.name(of.getFirst()) : "all", List.copyOf(of)));
            } else {
                of.forEach(site -> arranged.add(new Row(group, grouping.name(site), List.of(site))));
            }
            i = end;
        }
        rows = List.copyOf(arranged);
    }

    boolean folded(String group) {
        return folded.contains(group);
    }

    /** Folds a group, or unfolds it. */
    void fold(String group) {
        if (!folded.remove(group)) {
            folded.add(group);
        }
    }

    boolean allFolded() {
        return rows.stream().allMatch(row -> folded.contains(row.group()));
    }

    /** Folds every group; unfolds them where all are folded. */
    void foldAll() {
        if (allFolded()) {
            folded.clear();
        } else {
            rows.forEach(row -> folded.add(row.group()));
        }
    }

    /** The row a site is in; -1 where it is in none. */
    int rowOf(Site site) {
        for (int row = 0; row < rows.size(); row++) {
            if (rows.get(row).sites().contains(site)) {
                return row;
            }
        }
        return -1;
    }
}
