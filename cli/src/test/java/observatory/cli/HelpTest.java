package observatory.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;

/** What every command owes who asks for its help. */
class HelpTest {
    @Test
    void everyCommandAndWhatItTakesIsDescribedInWordsThatPeopleWrite() {
        List<Executable> checks = new ArrayList<>();
        visit(Observatory.commandLine(), checks);
        assertAll(checks);
    }

    private static void visit(CommandLine command, List<Executable> checks) {
        var spec = command.getCommandSpec();
        checks.add(() -> assertTrue(spec.usageMessage().description().length > 0, spec.qualifiedName()));
        for (ArgSpec arg : spec.args()) {
            String name = spec.qualifiedName() + " " + arg;
            checks.add(() -> assertTrue(arg.description().length > 0, name));
            checks.add(() -> assertFalse(
                    arg.arity().max() > 0 && arg.paramLabel().startsWith("<"), name + " " + arg.paramLabel()));
            if (arg.completionCandidates() != null) {
                arg.completionCandidates()
                        .forEach(word -> checks.add(() -> assertEquals(word.toLowerCase(Locale.ROOT), word, name)));
            }
            checks.add(() -> assertFalse(
                    arg.defaultValue() != null && arg.defaultValue().matches("[A-Z_,]+"), name + " default"));
        }
        command.getSubcommands().values().forEach(sub -> visit(sub, checks));
    }
}
