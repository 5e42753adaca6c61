package observatory.cli.attach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import observatory.cli.Failure;
import observatory.probe.Pack;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file for PyTorch travels with the program, whole, and a Python process is known by its program. */
class PythonWatchTest {
    @TempDir
    Path folder;

    @Test
    void copiesTheFileOfTheProjectAndLeavesItWhereItIsTheSame() throws Exception {
        Path copied = PythonWatch.copy(folder);
        assertEquals(folder.resolve("observatory_torch.py"), copied);
        assertEquals(-1, Files.mismatch(Path.of("../probes/python/observatory_torch.py"), copied));
        assertEquals(copied, PythonWatch.copy(folder));
        assertTrue(Files.exists(PythonWatch.copy(folder.resolve("watcher.py"))), "under another name");
    }

    @Test
    void aFolderThatIsNotThereIsNotTakenForTheNameOfTheFile() {
        Path absent = folder.resolve("absent");
        String said =
                assertThrows(Failure.class, () -> PythonWatch.copy(absent)).getMessage();
        assertTrue(said.startsWith("there is no folder " + absent + "; name that of"), said);
        assertFalse(Files.exists(absent));
    }

    @Test
    void theLinesAskForThePack() {
        assertTrue(PythonWatch.lines(Pack.CONTINUOUS)
                .get(1)
                .startsWith("watch = observatory_torch.watch(model, optimizer)"));
        assertTrue(PythonWatch.lines(Pack.PROFILE).get(1).contains("probes=\"profile\""));
    }

    @Test
    void knowsAPythonProcess() throws Exception {
        assertFalse(PythonWatch.is(ProcessHandle.current().pid()));
        Path python = List.of(Path.of("/usr/bin/python3"), Path.of("/usr/local/bin/python3")).stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        Assumptions.assumeTrue(python != null, "no Python here; on Debian: apt install python3");
        Process sleeper = new ProcessBuilder(python.toString(), "-c", "input()").start();
        try {
            assertTrue(PythonWatch.is(sleeper.pid()));
        } finally {
            sleeper.destroyForcibly().waitFor();
        }
    }
}
