using Pare.Recipes;
using Xunit;

namespace Pare.Tests.Recipes;

public sealed class JournalTests : IDisposable
{
    private static readonly Dictionary<string, string> Run = new() { ["the model"] = "aaaaaaaaaaaaaaaaaaaa", ["the data"] = "b" };
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("pare-").FullName, "journal");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact]
    public void The_same_run_gets_the_same_files_in_the_same_order()
    {
        string[] first, second;
        using (var journal = Journal.Open(_folder, Run)) first = Checkpoints(journal);
        using (var journal = Journal.Open(_folder, Run)) second = Checkpoints(journal);
        Assert.Equal(first, second);
        Assert.Equal(first.Distinct(), first);
    }

    [Fact]
    public void Work_of_another_run_is_told_by_what_differs()
    {
        Journal.Open(_folder, Run).Dispose();
        var message = Refused(new Dictionary<string, string>(Run) { ["the model"] = "cccccccccccccccccccc" });
        Assert.Contains("the model is aaaaaaaaaaaa there, cccccccccccc here", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_another_run_works_in_is_refused()
    {
        using var running = Journal.Open(_folder, Run);
        Assert.Contains("another run is working there", Refused(Run), StringComparison.Ordinal);
    }

    [Fact]
    public void An_older_version_is_refused()
    {
        Journal.Open(_folder, Run).Dispose();
        var head = Path.Combine(_folder, "run.json");
        File.WriteAllText(head, File.ReadAllText(head).Replace("\"1\"", "\"0\"", StringComparison.Ordinal));
        Assert.Contains("journal version is 0 there, 1 here", Refused(Run), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ \"the model\": ")]
    [InlineData("[]")]
    public void A_broken_head_is_one_line(string head)
    {
        Journal.Open(_folder, Run).Dispose();
        File.WriteAllText(Path.Combine(_folder, "run.json"), head);
        Assert.Contains("not the note of a journal", Refused(Run), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_read_of_the_clock_is_read_again()
    {
        using (var journal = Journal.Open(_folder, Run))
        {
            Assert.Equal([1, 2.5], journal.Recall(() => [1, 2.5]));
            Assert.Equal([3], journal.Recall(() => [3]));
        }
        using (var journal = Journal.Open(_folder, Run))
        {
            Assert.Equal([1, 2.5], journal.Recall(() => [7]));
            Assert.Equal([3], journal.Recall(() => [7]));
            Assert.Equal([8], journal.Recall(() => [8]));
        }
    }

    [Fact]
    public void A_broken_note_is_one_line()
    {
        Journal.Open(_folder, Run).Dispose();
        File.WriteAllText(Path.Combine(_folder, "00000-measured.json"), "[1,");
        using var journal = Journal.Open(_folder, Run);
        Assert.Contains("not the note of a journal", Assert.Throws<BadInputException>(() => journal.Recall(() => [1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_huge_head_is_not_read()
    {
        Journal.Open(_folder, Run).Dispose();
        File.WriteAllBytes(Path.Combine(_folder, "run.json"), new byte[100_000]);
        Assert.Contains("100000 bytes", Refused(Run), StringComparison.Ordinal);
    }

    [Fact]
    public void A_half_written_file_beside_does_no_harm()
    {
        Journal.Open(_folder, Run).Dispose();
        File.WriteAllText(Path.Combine(_folder, "0000-train.onnx.1.tmp"), "half");
        using var journal = Journal.Open(_folder, Run);
        Assert.Equal(0, journal.Found);
    }

    [Fact]
    public void Its_end_leaves_nothing_behind()
    {
        Journal.Open(_folder, Run).Delete();
        Assert.False(Directory.Exists(_folder));
    }

    private string Refused(IReadOnlyDictionary<string, string> run) => Assert.Throws<BadInputException>(() => Journal.Open(_folder, run)).Message;

    private static string[] Checkpoints(Journal journal)
    {
        var seen = new List<string>();
        var train = journal.Around((job, _, _) =>
        {
            seen.Add(job.Checkpoint!);
            return null!;
        });
        for (var i = 0; i < 3; i++) train(new TrainJob { Model = null!, Train = null!, Preprocess = null!, Options = new TrainOptions() }, null, default);
        return [.. seen];
    }
}
