using System.Runtime.InteropServices;

namespace Pare.Torch.Native;

/// <summary>
/// Lets threads of the tensor library sleep after a short wait for each other. GNU OpenMP has them spin for long, which is many times slower where anything
/// else wants the cores: a thread that has its part done then keeps the others from theirs. With two busy neighbours on two cores LeNet-5 trained in 11.8 s instead of 14.3, on an idle
/// machine in 13.8 s instead of 14.4; not spinning at all took 10.1 and 15.4.
/// </summary>
internal static partial class WaitPolicy
{
    private const string Policy = "OMP_WAIT_POLICY", Spins = "GOMP_SPINCOUNT";

    /// <summary>Sets OpenMP's policy for this process unless the user has; OpenMP reads it when it is loaded.</summary>
    public static void Install()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable(Policy) is not null) return;
        // The runtime's own copy of the environment is not what native libraries see.
        _ = SetEnvironment(Policy, "passive", overwrite: 0);
        _ = SetEnvironment(Spins, "20000", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
