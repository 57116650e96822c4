using Pare.Cli;
using Xunit;

namespace Pare.NativeTests.Cli;

public sealed class UsageTests
{
    [Fact]
    public void No_arguments_print_the_overview()
    {
        var (code, output, error) = Run();
        Assert.Equal(0, code);
        Assert.Contains("inspect", output, StringComparison.Ordinal);
        Assert.Empty(error);
    }

    [Theory]
    [InlineData("inspct m.onnx", "did you mean 'inspect'?")]
    [InlineData("inspect", "MODEL is missing")]
    [InlineData("inspect missing.onnx", "no such file")]
    [InlineData("inspect m.onnx --sed 3", "did you mean '--seed'?")]
    [InlineData("inspect m.onnx --seed x", "--seed is 'x'; allowed: a whole number, 0 or more")]
    public void A_mistake_is_one_line_and_exit_2(string line, string says)
    {
        var (code, output, error) = Run(line.Split(' '));
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(says, Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Error) Run(params string[] args)
    {
        using StringWriter output = new(), error = new();
        var code = Program.Run(args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
