// Fibers, and the launch of a registered kernel.
#include "emulation.h"
#include "launch.h"

#include <csetjmp>
#include <memory>
#include <random>
#include <sys/mman.h>
#include <ucontext.h>
#include <vector>

// Shared memory of all kernels lies in one section, so that it can be filled with rubbish before each block.
__attribute__((section("emulated_shared"), used)) static int always_there;
extern "C" char __start_emulated_shared[], __stop_emulated_shared[];

namespace emulation {
namespace {
constexpr std::size_t STACK = 128 << 10;
constexpr int RUBBISH = 0xcb;

struct Warp {
    alignas(16) unsigned char slots[32][64];
    int arrived = 0, left = 0;
    bool open = true; // for arrivals; shut while the lanes of one exchange leave
};
} // namespace

struct Thread {
    dim3 index;
    int number;
    Warp* warp;
    ucontext_t start;
    jmp_buf resume;
    bool begun, done, waiting;
    long phase;
};

Thread* current;
dim3 blockIndex, blockSize, gridSize;

namespace {
std::vector<std::unique_ptr<Thread>> threads;
std::vector<char*> stacks;
std::vector<Warp> warps;
std::vector<unsigned char> dynamic;
const std::function<void()>* body;
jmp_buf scheduler;
long phase;
int atBarrier, live;
unsigned long seed;
long blocks;
const char* running;

void yield() {
    if (_setjmp(current->resume) == 0) _longjmp(scheduler, 1);
}

void enter() {
    (*body)();
    current->done = true;
    _longjmp(scheduler, 1);
}

void run(Thread& thread) {
    current = &thread;
    if (_setjmp(scheduler) != 0) return;
    if (thread.begun) _longjmp(thread.resume, 1);
    thread.begun = true;
    setcontext(&thread.start);
}

[[noreturn]] void stuck(const char* kernel) {
    std::fprintf(stderr, "emulation: %s can never end: %d threads are left, %d of them wait at a barrier\n", kernel, live,
                 atBarrier);
    std::abort();
}

void runBlock(const char* kernel, int count) {
    blocks++;
    running = kernel;
    std::memset(__start_emulated_shared, RUBBISH, __stop_emulated_shared - __start_emulated_shared);
    std::fill(dynamic.begin(), dynamic.end(), RUBBISH);
    std::vector<int> order(count);
    for (int i = 0; i < count; i++) {
        order[i] = i;
        Thread& thread = *threads[i];
        thread.begun = thread.done = thread.waiting = false;
        getcontext(&thread.start);
        thread.start.uc_stack.ss_sp = stacks[i];
        thread.start.uc_stack.ss_size = STACK;
        thread.start.uc_link = nullptr;
        makecontext(&thread.start, enter, 0);
    }
    for (Warp& warp : warps) warp = Warp();
    if (seed != 0) std::shuffle(order.begin(), order.end(), std::mt19937_64(seed++));
    live = count;
    atBarrier = 0;
    for (int idle = 0; live > 0;) {
        const int before = live, waiting = atBarrier;
        const long began = phase;
        bool moved = false;
        for (int i : order) {
            Thread& thread = *threads[i];
            if (thread.done || (thread.waiting && thread.phase == phase)) continue;
            const int arrived = thread.warp->arrived, left = thread.warp->left;
            run(thread);
            moved |= thread.done || arrived != thread.warp->arrived || left != thread.warp->left;
            if (thread.done) live--;
            // A thread that has returned never comes to a barrier, and a device waits for it no longer either.
            if (live > 0 && atBarrier == live) {
                atBarrier = 0;
                phase++;
            }
        }
        moved |= before != live || waiting != atBarrier || began != phase;
        idle = moved ? 0 : idle + 1;
        if (idle > 2) stuck(kernel);
    }
}
} // namespace

const dim3& threadIndex() { return current->index; }
void* dynamicShared() { return dynamic.data(); }
std::size_t dynamicSize() { return dynamic.size(); }
long blockNumber() { return blocks; }
const char* kernelName() { return running; }
int lane() { return current->number % 32; }

void barrier() {
    Thread& thread = *current;
    thread.waiting = true;
    thread.phase = phase;
    atBarrier++;
    yield();
    thread.waiting = false;
}

void gather(const void* mine, void* all, std::size_t size) {
    Warp& warp = *current->warp;
    while (!warp.open) yield();
    std::memcpy(warp.slots[lane()], mine, size);
    if (++warp.arrived == 32) warp.open = false;
    while (warp.open) yield();
    for (int i = 0; i < 32; i++) std::memcpy(static_cast<char*>(all) + i * size, warp.slots[i], size);
    if (++warp.left == 32) {
        warp.arrived = warp.left = 0;
        warp.open = true;
    }
}

void exchange(const void* mine, void* theirs, int from, std::size_t size) {
    Warp& warp = *current->warp;
    while (!warp.open) yield();
    std::memcpy(warp.slots[lane()], mine, size);
    if (++warp.arrived == 32) warp.open = false;
    while (warp.open) yield();
    std::memcpy(theirs, warp.slots[from], size);
    if (++warp.left == 32) {
        warp.arrived = warp.left = 0;
        warp.open = true;
    }
}

void shuffleOrder(unsigned long by) { seed = by; }

void launch(const char* kernel, const std::function<void()>& call, dim3 grid, dim3 block, std::size_t sharedBytes) {
    const int count = static_cast<int>(block.x * block.y * block.z);
    while (static_cast<int>(threads.size()) < count) {
        threads.push_back(std::make_unique<Thread>());
        stacks.push_back(static_cast<char*>(
            mmap(nullptr, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)));
    }
    warps.resize((count + 31) / 32);
    dynamic.resize(sharedBytes);
    for (int i = 0; i < count; i++) {
        threads[i]->number = i;
        threads[i]->warp = &warps[i / 32];
        threads[i]->index = {i % block.x, i / block.x % block.y, i / (block.x * block.y)};
    }
    body = &call;
    blockSize = block;
    gridSize = grid;
    for (unsigned z = 0; z < grid.z; z++) {
        for (unsigned y = 0; y < grid.y; y++) {
            for (unsigned x = 0; x < grid.x; x++) {
                blockIndex = {x, y, z};
                runBlock(kernel, count);
            }
        }
    }
}
} // namespace emulation
