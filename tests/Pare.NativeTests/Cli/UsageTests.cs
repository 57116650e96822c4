using Xunit;

namespace Pare.NativeTests.Cli;

public sealed class UsageTests : IDisposable
{
    private readonly Command _pare = new();

    public void Dispose() => _pare.Dispose();

    [Fact]
    public void No_arguments_print_the_overview() => Assert.Contains("compress", _pare.Succeed(""), StringComparison.Ordinal);

    [Fact]
    public void What_only_pare_itself_calls_is_not_in_the_overview() => Assert.DoesNotContain("peak-memory", _pare.Succeed(""), StringComparison.Ordinal);

    [Fact]
    public void Version_is_the_bare_number() => Assert.Matches(@"^\d+\.\d+\.\d+", _pare.Succeed("--version"));

    [Theory]
    [InlineData("inspect")]
    [InlineData("train")]
    [InlineData("distill")]
    [InlineData("eval")]
    [InlineData("bench")]
    [InlineData("prune")]
    [InlineData("share")]
    [InlineData("quantize")]
    [InlineData("factorize")]
    [InlineData("compress")]
    [InlineData("pack")]
    [InlineData("unpack")]
    [InlineData("import")]
    [InlineData("zoo")]
    [InlineData("compare")]
    [InlineData("landmarks draw-data")]
    [InlineData("landmarks train")]
    [InlineData("landmarks eval")]
    [InlineData("landmarks detect")]
    [InlineData("landmarks compress")]
    public void Every_verb_explains_itself_and_takes_the_common_options(string verb)
    {
        var help = _pare.Succeed($"{verb} --help");
        Assert.StartsWith($"pare {verb}", help, StringComparison.Ordinal);
        Assert.All(["--seed", "--threads", "--json", "--quiet", "Examples"], part => Assert.Contains(part, help, StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', help);
    }

    [Fact]
    public void A_group_lists_its_verbs()
    {
        var help = _pare.Succeed("landmarks --help");
        Assert.StartsWith("pare landmarks VERB", help, StringComparison.Ordinal);
        Assert.Contains("draw-data", help, StringComparison.Ordinal);
        Assert.DoesNotContain("inspect", help, StringComparison.Ordinal);
        Assert.Equal((2, "", "pare: a verb is missing; 'pare landmarks --help' lists what there is\n"), _pare.Run("landmarks"));
    }

    [Theory]
    [InlineData("landmarks tran", "unknown verb 'tran'; did you mean 'train'?")]
    [InlineData("--json inspect @tiny.onnx", "'--json' stands before the verb; options follow it")]
    [InlineData("landmarks detect", "PHOTO is missing; 'pare landmarks detect --help' shows the usage")]
    [InlineData("inspct m.onnx", "unknown verb 'inspct'; did you mean 'inspect'?")]
    [InlineData("frobnicate", "unknown verb 'frobnicate'; 'pare --help' lists what there is")]
    [InlineData("inspect", "MODEL is missing")]
    [InlineData("inspect @tiny.onnx --sed 3", "unknown option '--sed'; did you mean '--seed'?")]
    [InlineData("inspect @tiny.onnx --seed x", "--seed is 'x'; allowed: a whole number, 0 or more")]
    [InlineData("inspect @tiny.onnx --threads 0", "--threads is '0'; allowed: a whole number, 1 to 1024")]
    [InlineData("prune @tiny.onnx --sparsity 0.5", "--out FILE is missing")]
    [InlineData("prune @tiny.onnx -o @p.onnx", "one of --sparsity, --quality, --layer, --pattern is needed; none is given")]
    [InlineData("prune @tiny.onnx --channels -o @p.onnx", "--channels needs one of --macs and --params")]
    [InlineData("prune @tiny.onnx --channels --macs 0 -o @p.onnx", "the share of multiply-adds is 0, above 0 and below 1 is allowed")]
    [InlineData("prune @tiny.onnx --channels --macs 1.5 -o @p.onnx", "--macs is '1.5'; allowed: a number, 0 up to, not including, 1")]
    [InlineData("prune @tiny.onnx --channels --macs 0.5 --params 0.5 -o @p.onnx", "--channels needs one of --macs and --params")]
    [InlineData("prune @tiny.onnx --channels --sparsity 0.5 -o @p.onnx", "--channels and --branches take --macs or --params")]
    [InlineData("prune @tiny.onnx --macs 0.5 -o @p.onnx", "--macs and --params are about channels and branches; add --channels or --branches")]
    [InlineData("prune @tiny.onnx --branches --params 0.5 -o @p.onnx", "--branches takes --macs alone")]
    [InlineData("prune @tiny.onnx --channels --macs 0.5 --exclude zz* -o @p.onnx", "pattern 'zz*' matches no layer")]
    [InlineData("prune @tiny.onnx --channels --macs 0.000001 -o @p.onnx", "cannot be reached")]
    [InlineData("prune @tiny.onnx --sparsity 1.2 -o @p.onnx", "--sparsity is '1.2'; allowed: a number, 0 up to, not including, 1")]
    [InlineData("prune @tiny.onnx --sparsity NaN -o @p.onnx", "--sparsity is 'NaN'")]
    [InlineData("prune @tiny.onnx --sparsity 0.5 --scope all -o @p.onnx", "--scope is 'all'; allowed: global, layer")]
    [InlineData("share @tiny.onnx --bits 0 -o @s.onnx", "--bits is '0'; allowed: a whole number, 1 to 8")]
    [InlineData("eval lenet55", "did you mean lenet5?")]
    [InlineData("bench @tiny.onnx --batch 0", "--batch is '0'; allowed: a whole number, 1 to 65536")]
    [InlineData("inspect @tiny.onnx --no-time --seconds 1", "--seconds plays no part in --no-time")]
    [InlineData("train lenet-300-100 --momentum 0.5 -o @t.onnx", "--momentum plays no part in --optimizer adam")]
    [InlineData("train lenet-300-100 --temperature 3 -o @t.onnx", "--temperature plays no part in training without --teacher")]
    [InlineData("quantize @tiny.onnx --scheme minmax8 --mean 3 -o @q.onnx", "--mean plays no part in --scheme minmax8")]
    [InlineData("prune @tiny.onnx --sparsity 0.5 --mean 1 -o @p.onnx", "--mean plays no part in --score magnitude")]
    [InlineData("factorize lenet5 --rank 4 --mean 1 -o @f.onnx", "--mean plays no part in factorize without --data")]
    [InlineData("bench alexnet --size 64x64", "fixes its size; 64x64 was asked for")]
    [InlineData("bench @tiny.onnx --size 28", "size '28' is not WxH")]
    [InlineData("inspect @tiny.onnx --html @missing/p.html", "its folder does not exist")]
    [InlineData("peak-memory @missing.onnx", "missing.onnx")]
    [InlineData("zoo lenet5", "zoo lenet5 needs -o FILE")]
    [InlineData("zoo -o @z.onnx", "--out is about a network")]
    [InlineData("zoo lenet5 --no-shuffle -o @z.onnx", "--no-shuffle is about ShuffleNet")]
    [InlineData("prune @tiny.onnx --sparsity 0.5 --quality 1 -o @p.onnx", "--sparsity and --quality are given")]
    [InlineData("prune @tiny.onnx --sparsity 0.5 --images 4 -o @p.onnx", "--images plays no part in --score magnitude; leave it out")]
    [InlineData("prune @tiny.onnx --sparsity 0.5 --multiple 4 -o @p.onnx", "--multiple plays no part in pruning of single weights")]
    [InlineData("prune @tiny.onnx --channels --macs 0.5 --keep-dead -o @p.onnx", "--keep-dead plays no part in --channels")]
    [InlineData("factorize @tiny.onnx --rank 1 --images 4 -o @f.onnx", "--images plays no part in factorize without --data")]
    [InlineData("share @tiny.onnx --layer stem=3 -o @s.onnx", "pattern 'stem' matches no layer")]
    [InlineData("share @tiny.onnx --exclude stem* -o @s.onnx", "pattern 'stem*' matches no layer")]
    [InlineData("quantize @tiny.onnx --scheme int4 --max-drop 1 -o @q.onnx", "--max-drop plays no part in --scheme int4; leave it out")]
    [InlineData("quantize @tiny.onnx --scheme minmax8 --rounding gptq -o @q.onnx", "--rounding plays no part in --scheme minmax8")]
    [InlineData("quantize @tiny.onnx --scheme int4 --data glyphs -o @q.onnx", "--data plays no part in --scheme int4 --rounding nearest")]
    [InlineData("pack @tiny.onnx -o @tiny.onnx", "a packed file's name ends in .pare")]
    [InlineData("unpack @tiny.pare -o @tiny.pare", "an .onnx file is what comes out")]
    [InlineData("inspect @", "is a folder; a file is needed, such as ")]
    [InlineData("unpack @ -o @u.onnx", "a folder; a .pare file is needed")]
    [InlineData("pack @tiny.onnx -o ''", "--out is empty; leave it out, or say what")]
    [InlineData("inspect @tiny.onnx --html ''", "--html is empty")]
    [InlineData("landmarks draw-data -o ''", "--out is empty")]
    [InlineData("inspect ''", "MODEL is empty")]
    [InlineData("train lenet5 --checkpoint @missing/c -o @t.onnx", "its folder does not exist")]
    public void A_mistake_is_one_line_and_exit_2(string line, string says)
    {
        _pare.Tiny();
        File.Copy(_pare.At("tiny.onnx"), _pare.At("model.onnx"));
        Assert.Contains(says, _pare.Fail(line), StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_run_ends_with_130_and_no_file()
    {
        _pare.Tiny();
        var (code, _, error) = _pare.Run("prune @tiny.onnx --sparsity 0.5 -o @p.onnx", new CancellationToken(canceled: true));
        Assert.Equal(130, code);
        Assert.Contains("interrupted", error, StringComparison.Ordinal);
        Assert.Equal([_pare.At("tiny.onnx")], Directory.GetFiles(_pare.Folder));
    }
}
