package observatory.analysis.scaling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Scores of a family of reference models over their size. A score is read as a size by interpolating over ln(size),
 * after the scores have been made to rise with it (pool adjacent violators).
 */
public record Family(List<Member> members) {
    /** One model: parameters, and its score in whatever unit, higher being better. */
    public record Member(double parameters, double score) {}

    /**
     * The size of a reference model with this score.
     *
     * @param interval from the score's standard error
     * @param extrapolated whether the score lies outside the family, so that this is a guess
     */
    public record Equivalent(double parameters, Interval interval, boolean extrapolated) {}

    public Family {
        if (members.size() < 2) {
            throw new IllegalArgumentException(
                    "a family has two members or more: members=" + members.size() + "; add one as SIZE=SCORE");
        }
        for (Member one : members) {
            if (!(one.parameters > 0)) {
                throw new IllegalArgumentException(
                        "the size of a model is above 0: size=" + one.parameters + "; give its parameters, as 1.3B");
            }
        }
        members = members.stream()
                .sorted(Comparator.comparingDouble(Member::parameters))
                .toList();
    }

    public Equivalent equivalent(Score score) {
        List<Member> rising = rising();
        if (rising.size() < 2) {
            throw new IllegalArgumentException("the family's scores do not rise with size: " + members);
        }
        double least = rising.getFirst().score;
        double most = rising.getLast().score;
        double sigma = 1.96 * score.standardError();
        return new Equivalent(
                size(rising, score.value()),
                new Interval(size(rising, score.value() - sigma), size(rising, score.value() + sigma)),
                score.value() < least || score.value() > most);
    }

    private static double size(List<Member> rising, double score) {
        int at = 1;
        while (at < rising.size() - 1 && score > rising.get(at).score) {
            at++;
        }
        Member low = rising.get(at - 1);
        Member high = rising.get(at);
        double share = (score - low.score) / (high.score - low.score);
        return low.parameters * Math.pow(high.parameters / low.parameters, share);
    }

    /** Neighbours whose scores fall are replaced by their mean at their mean ln(size). */
    private List<Member> rising() {
        List<double[]> pools = new ArrayList<>(); // count, Σ ln(size), Σ score
        for (Member member : members) {
            pools.add(new double[] {1, Math.log(member.parameters), member.score});
            while (pools.size() > 1 && mean(pools, 1) >= mean(pools, 0)) {
                double[] last = pools.removeLast();
                double[] before = pools.getLast();
                for (int i = 0; i < before.length; i++) {
                    before[i] += last[i];
                }
            }
        }
        return pools.stream()
                .map(pool -> new Member(Math.exp(pool[1] / pool[0]), pool[2] / pool[0]))
                .toList();
    }

    private static double mean(List<double[]> pools, int fromEnd) {
        double[] pool = pools.get(pools.size() - 1 - fromEnd);
        return pool[2] / pool[0];
    }
}
