package observatory.cli.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.cli.Failure;
import observatory.cli.Observatory;
import observatory.probe.NearestName;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Options of {@code train} as text, by name without dashes: for commands that train runs which differ in some of them.
 *
 * @param values of each option; those that are absent have train's defaults
 */
public record RunOptions(SortedMap<String, List<String>> values) {
    /** What only a run has that is somebody's own. */
    private static final List<String> OF_ONE_RUN =
            List.of("learning-rate", "seed", "run", "resume", "checkpoint-every", "keep", "threads");

    public RunOptions {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    /** Everything that is not said. */
    public static RunOptions none() {
        return new RunOptions(Collections.emptySortedMap());
    }

    /** With this value of an option instead of any other. */
    public RunOptions with(String name, String value) {
        SortedMap<String, List<String>> all = new TreeMap<>(values);
        all.put(name, List.of(value));
        return new RunOptions(all);
    }

    /** With those of others, which win. */
    public RunOptions with(RunOptions others) {
        SortedMap<String, List<String>> all = new TreeMap<>(values);
        all.putAll(others.values);
        return new RunOptions(all);
    }

    /** Those of a file, as {@code train --spec} takes it. */
    public static RunOptions ofFile(Path spec) {
        SortedMap<String, List<String>> all = new TreeMap<>();
        for (String argument : SpecFile.arguments(spec)) {
            int is = argument.indexOf('=');
            String name = argument.substring(2, is);
            checkShared(name, "in the spec " + spec + ": ");
            all.computeIfAbsent(name, n -> new ArrayList<>()).add(argument.substring(is + 1));
        }
        return new RunOptions(all);
    }

    /** Those that were typed behind a command that has them by {@link #addTo}. */
    public static RunOptions typed(CommandLine.ParseResult parsed) {
        List<String> names = shared().map(RunOptions::name).toList();
        return new RunOptions(parsed.matchedOptions().stream()
                .filter(option -> names.contains(name(option)))
                .collect(Collectors.toMap(RunOptions::name, OptionSpec::stringValues, (a, b) -> b, TreeMap::new)));
    }

    /** Gives a command the options that its runs share, under train's headings, with other defaults for some. */
    public static void addTo(CommandSpec command, RunOptions defaults) {
        for (ArgGroupSpec group : ofTrain().argGroups()) {
            ArgGroupSpec.Builder own =
                    ArgGroupSpec.builder().heading(group.heading()).validate(false);
            group.options().stream()
                    .filter(option -> !OF_ONE_RUN.contains(name(option)))
                    .forEach(option -> own.addArg(text(option, defaults.values.get(name(option)))));
            command.addArgGroup(own.build());
        }
    }

    /** Refuses an option that no such command has. */
    public static void checkShared(String name, String where) {
        if (OF_ONE_RUN.contains(name)) {
            throw Failure.usage(where + "every run has its own " + name + "; leave it out");
        }
        List<String> names = shared().map(RunOptions::name).toList();
        if (!names.contains(name)) {
            throw Failure.usage(where + "train has no option " + name + NearestName.question(name, names)
                    + " `observatory train --help` lists all");
        }
    }

    /** What these options come to, every one checked against the others. */
    public PlainRun plan() {
        TrainOptions options = new TrainOptions();
        String[] arguments = values.entrySet().stream()
                .flatMap(option -> option.getValue().stream().map(value -> "--" + option.getKey() + "=" + value))
                .toArray(String[]::new);
        try {
            new CommandLine(CommandSpec.forAnnotatedObject(options))
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .parseArgs(arguments);
        } catch (CommandLine.ParameterException e) {
            throw Failure.usage(Observatory.line(e));
        }
        return new PlainRun(TrainPlan.of(options, Optional.empty()));
    }

    private static CommandSpec ofTrain() {
        return CommandSpec.forAnnotatedObject(new TrainOptions());
    }

    private static Stream<OptionSpec> shared() {
        return ofTrain().argGroups().stream()
                .flatMap(group -> group.options().stream())
                .filter(option -> !OF_ONE_RUN.contains(name(option)));
    }

    private static String name(OptionSpec option) {
        return option.longestName().substring(2);
    }

    /** The same option, but what is typed stays text: the runs read it. Only a builder tells descriptions as written. */
    private static OptionSpec text(OptionSpec option, List<String> otherDefault) {
        String preset = otherDefault == null ? option.defaultValue() : String.join(",", otherDefault);
        OptionSpec.Builder text = OptionSpec.builder(option.names())
                .paramLabel(option.paramLabel())
                .arity(option.arity().toString())
                .completionCandidates(option.completionCandidates())
                .description(OptionSpec.builder(option).description())
                .defaultValue(preset);
        if (option.fallbackValue() != null && !option.fallbackValue().isEmpty()) {
            text.fallbackValue(option.fallbackValue());
        }
        return (option.isMultiValue()
                        ? text.type(List.class).auxiliaryTypes(String.class).splitRegex(option.splitRegex())
                        : text.type(String.class))
                .build();
    }
}
