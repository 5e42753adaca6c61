package observatory.cli.bench;

import java.util.ArrayList;
import java.util.List;
import observatory.cli.Failure;
import observatory.cli.train.RunOptions;

/**
 * One change of the baseline.
 *
 * @param name as it is written: {@code position=rotary}, or {@code norm=rmsnorm+qk-norm=true} for two at once
 * @param options what it changes
 */
record Variant(String name, RunOptions options) {
    private static final String TOGETHER = "\\+(?=[a-z][a-z0-9-]*=)";

    /** All that one argument names: {@code position=rotary,alibi} is two. */
    static List<Variant> parse(String argument) {
        List<Variant> all = List.of(new Variant("", RunOptions.none()));
        for (String part : argument.split(TOGETHER)) {
            int is = part.indexOf('=');
            if (is < 1 || is == part.length() - 1) {
                throw Failure.usage("a variant is an option of train with its values: " + argument
                        + "; write position=rotary,alibi");
            }
            String option = part.substring(0, is).replaceFirst("^--", "");
            RunOptions.checkShared(option, "in the variant " + argument + ": ");
            List<Variant> longer = new ArrayList<>();
            for (Variant before : all) {
                for (String value : part.substring(is + 1).split(",")) {
                    longer.add(before.and(option, value.strip()));
                }
            }
            all = longer;
        }
        return all;
    }

    private Variant and(String option, String value) {
        return new Variant((name.isEmpty() ? "" : name + "+") + option + "=" + value, options.with(option, value));
    }
}
