using Pare.Torch.Native;
using Xunit;

namespace Pare.NativeTests.Torch.Native;

public class ElfVersionNeedTests
{
    [Fact]
    public void The_need_of_torchs_library_becomes_weak_and_nothing_else_changes()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        Assert.SkipUnless(File.Exists(path), "only the Linux package has this library");
        var original = File.ReadAllBytes(path);
        var bytes = (byte[])original.Clone();

        Assert.True(ElfVersionNeed.MakeWeak(bytes, "GLIBCXX_3.4.32"));

        var changed = Enumerable.Range(0, bytes.Length).Where(i => bytes[i] != original[i]).ToList();
        Assert.Equal(2, Assert.Single(changed) is var at ? bytes[at] ^ original[at] : 0);
    }

    [Fact]
    public void What_is_no_library_is_left_alone() => Assert.False(ElfVersionNeed.MakeWeak(new byte[100], "GLIBCXX_3.4.32"));
}
