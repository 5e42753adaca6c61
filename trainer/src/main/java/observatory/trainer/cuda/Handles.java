package observatory.trainer.cuda;

import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;

/** JCuda's pointers as the numbers they are, in both directions, so that foreign calls can share them. */
final class Handles {
    private Handles() {}

    /** A stream whose handle can be given to other libraries. */
    static final class Stream extends CUstream {
        long handle() {
            return getNativePointer();
        }
    }

    /** An allocation whose address can be reckoned with. */
    static final class Allocation extends CUdeviceptr {
        long address() {
            return getNativePointer() + getByteOffset();
        }
    }

    /** Host memory at an address. */
    private static final class Host extends Pointer {
        Host(long address) {
            super(address);
        }
    }

    static Pointer host(MemorySegment memory) {
        return new Host(memory.address());
    }

    static CUdeviceptr device(long address) {
        return new CUdeviceptr().withByteOffset(address);
    }
}
