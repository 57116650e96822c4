using System.Runtime.CompilerServices;
using Pare.Torch;

namespace Pare.NativeTests.Torch;

internal static class TorchStart
{
    // Tests touch torch itself before anything of Pare.Torch, whose initializer makes torch's native library load.
#pragma warning disable CA2255
    [ModuleInitializer]
    internal static void Run() => RuntimeHelpers.RunModuleConstructor(typeof(TorchGraph).Module.ModuleHandle);
#pragma warning restore CA2255
}
