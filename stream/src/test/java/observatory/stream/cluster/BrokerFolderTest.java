package observatory.stream.cluster;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerFolderTest {
    @TempDir
    private Path folder;

    @Test
    void belongsToOneUntilItIsGivenBack() throws IOException {
        BrokerFolder taken = BrokerFolder.take(folder);
        String refusal =
                assertThrows(IOException.class, () -> BrokerFolder.take(folder)).getMessage();
        assertTrue(refusal.contains("just starts or ends a broker on " + folder), refusal);
        taken.close();
        BrokerFolder.take(folder).close();
    }
}
